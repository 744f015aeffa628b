"""Which of the best passages are worth showing together. Pure."""

import re
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Iterator, Sequence
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


class Neighbour(Protocol):
    """``section`` is the same for passages under one heading of one page, ``position`` counts within the page."""

    @property
    def section(self) -> Hashable: ...

    @property
    def position(self) -> int: ...

    @property
    def text(self) -> str: ...

    def with_text(self: "N", text: str) -> "N": ...


C = TypeVar("C", bound=Candidate)
N = TypeVar("N", bound=Neighbour)


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


def joined_neighbours(chosen: Sequence[N]) -> list[N]:
    """Passages that follow each other in one section become one, in the place of the best of them."""
    by_place = {(each.section, each.position): index for index, each in enumerate(chosen)}
    joined: list[N] = []
    for index, each in enumerate(chosen):
        run = [by_place[each.section, position] for position in run_around(each, by_place)]
        if index == min(run):
            joined.append(each.with_text("\n\n".join(chosen[member].text for member in run)))
    return joined


def run_around(found: N, by_place: Container[tuple[Hashable, int]]) -> range:
    first = last = found.position
    while (found.section, first - 1) in by_place:
        first -= 1
    while (found.section, last + 1) in by_place:
        last += 1
    return range(first, last + 1)
