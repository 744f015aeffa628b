"""The words of a question that say something, as people type them into a search box."""

from collections.abc import Sequence

from knowledge.indexes.lexical import stems

LANGUAGE = "english"


class Keywords:
    def reworded(self, question: str) -> Sequence[str]:
        words = question.split()
        # What the stemmer leaves nothing of, such as "the", is in no index either.
        telling = [word for word in words if stems(LANGUAGE).analyze(word)]
        return [" ".join(telling)] if 1 < len(telling) < len(words) else []
