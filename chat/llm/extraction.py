"""Cutting sources into pieces that can stand alone in an answer, and choosing among them. Pure.

A piece is a sentence, a list item, a table or a code block; it knows the block it stands in, so that the
steps of a list are quoted together and a code block with the sentence that introduces it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]*]*\s+(?=[\"“‘(\[*]*[A-Z0-9])")
LIST_ITEM = re.compile(r"^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s+")
FENCE = re.compile(r"^\s*(```|~~~)")
HEADING = re.compile(r"^#{1,6}\s+")
ADMONITION = re.compile(r"^:::\s*\w*.*$")

LONGEST_PARAGRAPH = 60
LONGEST_LIST = 90

# Closed-class English words, and those every support question has: they say nothing about its subject.
COMMON_WORDS = (
    "a about all also am an and any anyone are as at be been being but by can cannot can't could did do does doesn't "
    "doing don't for from get gets getting got had has have having he hello help her here hi him his how i i'd i'll "
    "i'm i've if in into is isn't it it's its just like me my myself need no not now of off on one or our out over "
    "please possible really she should so some something somehow still such tell than thank thanks that that's the "
    "their them then there these they thing this those to too trying up us use using very want wanted was way we "
    "were what what's when where which while who whose why will with without won't would you your yours"
)
STOP_WORDS = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True)
class Block:
    """One paragraph, list, table or code block of a source, as Markdown."""

    kind: str
    text: str
    pieces: tuple[str, ...]


def blocks(markdown: str) -> list[Block]:
    """The blocks of a passage in order. Headings are left out: they are the citation's title."""
    reader = _BlockReader()
    for line in markdown.splitlines():
        reader.read(line)
    reader.close()
    return reader.found


class _BlockReader:
    def __init__(self) -> None:
        self.found: list[Block] = []
        self.lines: list[str] = []
        self.kind = ""
        self.fence = ""

    def read(self, line: str) -> None:
        mark = FENCE.match(line)
        if self.fence:
            self._take(line, "code")
            if mark and mark.group(1) == self.fence:
                self.close()
        elif mark:
            self._take(line, "code")
            self.fence = mark.group(1)
        elif line.strip() and not HEADING.match(line) and not ADMONITION.match(line):
            self._take(line, _kind_of(line, self.kind))
        elif line.strip() or self.kind != "list":
            self.close()

    def close(self) -> None:
        text = "\n".join(self.lines).strip("\n")
        if text.strip():
            self.found.append(Block(self.kind, text, _pieces(self.kind, text)))
        self.lines, self.kind, self.fence = [], "", ""

    def _take(self, line: str, kind: str) -> None:
        if kind != self.kind:
            self.close()
        self.kind = kind
        self.lines.append(line)


def _kind_of(line: str, before: str) -> str:
    if LIST_ITEM.match(line):
        return "list"
    if line.lstrip().startswith("|"):
        return "table"
    if before == "list" and line.startswith("  "):
        return "list"
    return "paragraph"


def _pieces(kind: str, text: str) -> tuple[str, ...]:
    if kind == "list":
        items: list[str] = []
        for line in text.splitlines():
            if LIST_ITEM.match(line) or not items:
                items.append(line)
            else:
                items[-1] += "\n" + line
        return tuple(items)
    if kind == "paragraph":
        return tuple(SENTENCE_END.split(" ".join(text.split())))
    return (text,)


def excerpt(group: Sequence[Block], at: int, piece: int) -> str:
    """What is quoted when ``piece`` of block ``at`` is the best: enough around it to be understood."""
    block = group[at]
    if block.kind == "paragraph":
        text = _around(block.pieces, piece, LONGEST_PARAGRAPH, " ")
        introduces = text.endswith(":") and at + 1 < len(group) and group[at + 1].kind != "paragraph"
        return f"{text}\n\n{_shortened(group[at + 1])}" if introduces else text
    quoted = _around(block.pieces, piece, LONGEST_LIST, "\n") if block.kind == "list" else block.text
    introduced = at > 0 and group[at - 1].kind == "paragraph" and group[at - 1].text.rstrip("* ").endswith(":")
    return f"{group[at - 1].pieces[-1]}\n\n{quoted}" if introduced else quoted


def _shortened(block: Block) -> str:
    return _around(block.pieces, 0, LONGEST_LIST, "\n")


def _around(pieces: Sequence[str], best: int, limit: int, glue: str) -> str:
    """As many neighbours of the best piece as fit in ``limit`` words: those after it first, as steps go on."""
    first = last = best
    room = limit - words(pieces[best])
    while True:
        if last + 1 < len(pieces) and words(pieces[last + 1]) <= room:
            last += 1
            room -= words(pieces[last])
        elif first > 0 and words(pieces[first - 1]) <= room:
            first -= 1
            room -= words(pieces[first])
        else:
            return glue.join(pieces[first : last + 1])


def words(text: str) -> int:
    return len(text.split())


def terms(text: str) -> set[str]:
    """The words that carry meaning, cut to a crude stem so that "refunds" meets "refunded"."""
    found = (word.strip("'’").lower() for word in WORD.findall(text))
    return {stem(word) for word in found if word not in STOP_WORDS and len(word) > 1}


def stem(word: str) -> str:
    for suffix in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e", "y"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def coverage(wanted: set[str], text: str) -> float:
    """The share of the question's terms that occur in ``text``, from 0 to 1."""
    return len(wanted & terms(text)) / len(wanted) if wanted else 0.0
