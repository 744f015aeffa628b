"""What is different between two texts, by lines and by the words in them. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

# Unchanged lines shown before and after a change.
CONTEXT = 3
# Beyond these the comparison would take seconds: then lines are compared by their place.
MOST_LINES = 5_000
LONGEST_LINE = 2_000
WORDS = re.compile(r"\s+|\w+|[^\w\s]")

Kind = Literal["same", "removed", "added", "skipped"]


@dataclass(frozen=True)
class Part:
    """``changed`` marks the words that make the difference."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """``before`` and ``after`` are line numbers from 1. A skipped one stands for ``skipped`` unchanged lines."""

    kind: Kind
    parts: tuple[Part, ...] = ()
    before: int | None = None
    after: int | None = None
    skipped: int = 0


def difference(before: str, after: str) -> list[Line]:
    """Empty if both say the same."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    lines: list[Line] = []
    position = 0
    for group in grouped(old, new):
        lines += skipped(group[0][1] - position)
        for operation in group:
            lines += lines_of(operation, old, new)
        position = group[-1][2]
    return [*lines, *skipped(len(old) - position)]


Operation = tuple[str, int, int, int, int]


def grouped(old: Sequence[str], new: Sequence[str]) -> list[list[Operation]]:
    if max(len(old), len(new)) > MOST_LINES:
        return [[("replace", 0, len(old), 0, len(new))]]
    return [list(group) for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT)]


def skipped(count: int) -> list[Line]:
    return [Line("skipped", skipped=count)] if count > 0 else []


def lines_of(operation: Operation, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    tag, old_start, old_end, new_start, new_end = operation
    if tag == "equal":
        for offset, text in enumerate(old[old_start:old_end]):
            yield Line("same", (Part(text),), old_start + offset + 1, new_start + offset + 1)
        return
    pairs = [by_words(one, other) for one, other in zip_longest(old[old_start:old_end], new[new_start:new_end])]
    for offset in range(old_end - old_start):
        yield Line("removed", pairs[offset][0], before=old_start + offset + 1)
    for offset in range(new_end - new_start):
        yield Line("added", pairs[offset][1], after=new_start + offset + 1)


def by_words(old: str | None, new: str | None) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The words of a line that were taken out and put in, if there is another to compare it with."""
    if old is None or new is None or max(len(old), len(new)) > LONGEST_LINE:
        return (Part(old or ""),), (Part(new or ""),)
    one, other = WORDS.findall(old), WORDS.findall(new)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < 0.3:
        return (Part(old),), (Part(new),)
    changes = matcher.get_opcodes()
    removed = tuple(Part("".join(one[a:b]), tag != "equal") for tag, a, b, _, _ in changes if b > a)
    added = tuple(Part("".join(other[c:d]), tag != "equal") for tag, _, _, c, d in changes if d > c)
    return removed, added
