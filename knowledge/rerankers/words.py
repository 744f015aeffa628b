"""Passages by the share of the question's words that they have. Offline: to try the contract, not to improve search."""

import re
from collections.abc import Sequence

WORD = re.compile(r"\w+")


class WordsReranker:
    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        wanted = words(question)
        return [len(wanted & words(text)) / max(len(wanted), 1) for text in texts]


def words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))
