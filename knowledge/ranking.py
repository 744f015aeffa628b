"""Which of the best passages are worth showing together. Pure."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Protocol, TypeVar

# More of one page than this, and other pages that may hold the answer are pushed out.
MOST_PER_DOCUMENT = 3
# Two passages that share this much of their words say the same.
SAME_WORDS = 0.9
WORD = re.compile(r"\w+")


class Candidate(Protocol):
    @property
    def document_id(self) -> int: ...

    @property
    def text(self) -> str: ...


C = TypeVar("C", bound=Candidate)


def distinct(ranked: Iterable[C]) -> Iterator[C]:
    """The same order, without near-duplicates of better ones and with a few per document."""
    per_document: Counter[Hashable] = Counter()
    said: list[frozenset[str]] = []
    for candidate in ranked:
        words = words_of(candidate.text)
        if per_document[candidate.document_id] >= MOST_PER_DOCUMENT or any(alike(words, other) for other in said):
            continue
        per_document[candidate.document_id] += 1
        said.append(words)
        yield candidate


def words_of(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_WORDS * len(one | other)
