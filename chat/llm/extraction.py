"""Cutting passages into pieces that can be quoted, and putting those that were chosen together again. Pure.

A piece is a sentence, a list item, a row of a table or a code block. Who asks gets the words as they stand; headings,
images, where links lead and emphasis are left out: the citation leads to the page that has them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, zip_longest

from chat.records import Source
from knowledge.text.markdown import Block, Kind, blocks
from knowledge.text.sentences import sentences_of, space_after

IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
STEP = re.compile(r"^\s*\d{1,3}[.)]\s")
BOLD_LINE = re.compile(r"\*\*[^*\n]{1,100}\*\*")
ADMONITION = re.compile(r"^:::.*$", re.MULTILINE)
CODE_SPAN = re.compile(r"(`+[^`]*`+)")
EMPHASIS = (
    re.compile(r"\*\*(?=\S)([^*]{1,500}?)(?<=\S)\*\*"),
    re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])"),
)
YES_OR_NO = re.compile(r"\W*(?:yes|no|ja|nein|oui|non|sí)\W*", re.IGNORECASE)
# A list that is left begins again with its own number.
MISSING_STEPS = "\n\n…\n\n"
NO_ROOM_AT_THE_END = (Kind.CODE, Kind.TABLE)


@dataclass(frozen=True)
class Piece:
    """``passage`` and ``block`` are where it stands, ``place`` counts the pieces of a passage. Rows have a header."""

    passage: int
    block: int
    place: int
    kind: Kind
    text: str
    header: str = ""

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def is_step(self) -> bool:
        return self.kind is Kind.LIST and bool(STEP.match(self.text))

    @property
    def introduces(self) -> bool:
        return self.kind is Kind.PROSE and self.text.rstrip().endswith(":")

    def is_followed_by(self, other: "Piece") -> bool:
        return (self.passage, self.place + 1) == (other.passage, other.place)


def pieces(passage: int, markdown: str) -> list[Piece]:
    """All of one passage, in its order, but those that introduce what is not there, such as an image."""
    found = [
        Piece(passage, number, 0, block.kind, text, _header(block))
        for number, block in enumerate(_quotable(markdown))
        for text in _parts(block)
    ]
    kept = (
        piece
        for piece, after in zip_longest(found, found[1:])
        if not piece.introduces or (after and after.kind is not Kind.PROSE)
    )
    return [replace(piece, place=place) for place, piece in enumerate(kept)]


def _quotable(markdown: str) -> list[Block]:
    plain = ADMONITION.sub("", LINK.sub(r"\1", IMAGE.sub("", markdown)))
    return [block for block in blocks(plain) if block.text.strip() and not _is_heading(block)]


def _is_heading(block: Block) -> bool:
    return block.kind is Kind.HEADING or bool(BOLD_LINE.fullmatch(block.text.strip()))


def _header(block: Block) -> str:
    return _without_emphasis(block.parts[0]) if block.kind is Kind.TABLE else ""


def _parts(block: Block) -> Sequence[str]:
    match block.kind:
        case Kind.CODE:
            return [block.text]
        case Kind.LIST:
            return [_without_emphasis(item) for item in block.parts]
        case Kind.TABLE:
            return [_without_emphasis(row) for row in block.parts[1:]]
    return _with_company(sentences_of(_without_emphasis(" ".join(block.text.split()))))


def _with_company(found: Sequence[str]) -> list[str]:
    """A yes or a no goes with what follows it: quoted alone it would answer whatever was asked."""
    joined: list[str] = []
    held = ""
    for sentence in found:
        held = f"{held}{space_after(held)}{sentence}" if held else sentence
        if not YES_OR_NO.fullmatch(held):
            joined.append(held)
            held = ""
    return joined


def _without_emphasis(text: str) -> str:
    """Not in code, where an asterisk is one."""
    parts = CODE_SPAN.split(text)
    for mark in EMPHASIS:
        parts[::2] = [mark.sub(r"\1", part) for part in parts[::2]]
    return "".join(parts)


def quoted(chosen: Sequence[Piece], sources: Sequence[Source]) -> list[str]:
    """Block by block, each with the number of its passage's source. ``chosen`` in their order.

    Code and tables have no room for it at their end: it stands in the sentence before, or after the page's title.
    """
    groups = [list(group) for _, group in groupby(chosen, key=lambda piece: (piece.passage, piece.block))]
    texts: list[str] = []
    for before, group in zip([None, *groups], groups, strict=False):
        source = sources[group[0].passage]
        if group[0].kind not in NO_ROOM_AT_THE_END:
            texts.append(f"{_joined(group)} [{source.number}]")
        elif before and before[-1].is_followed_by(group[0]):
            texts.append(_joined(group))
        else:
            texts += [f"{source.title.partition(' › ')[0]} [{source.number}]:", _joined(group)]
    return texts


def _joined(group: Sequence[Piece]) -> str:
    """What was left out of a paragraph or of steps shows; some items of another list, or of a table, are still one."""
    if group[0].is_step:
        gaps = ("\n" if before.is_followed_by(after) else MISSING_STEPS for before, after in pairwise(group))
        return group[0].text + "".join(f"{gap}{piece.text}" for gap, piece in zip(gaps, group[1:], strict=True))
    if group[0].kind is not Kind.PROSE:
        return "\n".join([*filter(None, [group[0].header]), *(piece.text for piece in group)])
    gaps = (space_after(before.text) if before.is_followed_by(after) else " … " for before, after in pairwise(group))
    return group[0].text + "".join(f"{gap}{piece.text}" for gap, piece in zip(gaps, group[1:], strict=True))
