"""How each kind of block may be cut when it is too long to be kept whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from semantic_text_splitter import TextSplitter

from knowledge.text.markdown import Block, Kind, blocks

LIST_MARKER = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
QUOTE_MARKER = re.compile(r"^[ ]{0,3}>[ ]?", re.MULTILINE)
CELL_BORDER = re.compile(r"(?<!\\)\|")
# Lists and quotes in lists and quotes, further down than anybody writes on purpose.
DEEPEST = 4


@dataclass(frozen=True)
class Unit:
    """What is not cut further. ``glue`` joins it to the unit before; ``header`` is repeated where a passage begins."""

    text: str
    glue: str = "\n\n"
    header: str = ""
    page: int | None = None

    @property
    def alone(self) -> str:
        return f"{self.header}\n{self.text}" if self.header else self.text


@dataclass(frozen=True)
class Limit:
    measure: Callable[[str], int]
    most: int

    def allows(self, text: str) -> bool:
        return self.measure(text) <= self.most

    def split(self, text: str) -> list[str]:
        """Running text at its sentences, then words, then characters."""
        return [str(part) for part in TextSplitter.from_callback(self.measure, self.most).chunks(text)]


def units(found: Sequence[Block], limit: Limit, depth: int = 0) -> Iterator[Unit]:
    for block in found:
        for unit in block_units(block, limit, depth):
            yield replace(unit, page=block.page) if block.page else unit


def block_units(block: Block, limit: Limit, depth: int) -> Iterator[Unit]:
    if depth > DEEPEST:
        yield from map(Unit, limit.split(block.text))
    elif block.kind is Kind.LIST:
        yield from item_units(block.parts, limit, depth)
    elif limit.allows(block.text):
        yield Unit(block.text)
    elif block.kind is Kind.TABLE:
        yield from row_units(block.parts, limit)
    elif block.kind is Kind.CODE:
        yield from code_units(block.parts, limit)
    else:
        yield from prose_units(block.text, limit, depth)


def prose_units(text: str, limit: Limit, depth: int) -> Iterator[Unit]:
    if text.lstrip().startswith(">"):
        yield from units(blocks(QUOTE_MARKER.sub("", text)), limit, depth + 1)
    else:
        yield from map(Unit, limit.split(text))


def item_units(items: Sequence[str], limit: Limit, depth: int) -> Iterator[Unit]:
    """Item by item; what an overlong item holds is cut as if it stood alone."""
    for number, item in enumerate(items):
        if limit.allows(item):
            yield Unit(item, glue="\n" if number else "\n\n")
        else:
            first, _, rest = LIST_MARKER.sub("", item, count=1).partition("\n")
            yield from units(blocks(f"{first}\n{dedent(rest)}"), limit, depth + 1)


def row_units(parts: Sequence[str], limit: Limit) -> Iterator[Unit]:
    """Row by row, each readable with the header above it. A row too long for that becomes "column: cell" lines."""
    header, *rows = parts
    for number, row in enumerate(rows):
        if limit.allows(f"{header}\n{row}"):
            yield Unit(row, glue="\n", header=header) if number else Unit(f"{header}\n{row}")
        else:
            pairs = zip(cells(header.partition("\n")[0]), cells(row), strict=False)
            for column, cell in pairs:
                yield from map(Unit, limit.split(f"{column}: {cell}" if column else cell) if cell else ())


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in CELL_BORDER.split(row.strip().removeprefix("|").removesuffix("|"))]


def code_units(parts: Sequence[str], limit: Limit) -> Iterator[Unit]:
    """Line by line, each part fenced like the whole."""
    opening, *lines, closing = parts

    def fenced(body: str) -> str:
        return f"{opening}\n{body}\n{closing}"

    within = Limit(lambda text: limit.measure(fenced(text)), limit.most)
    body = ""
    for line in lines:
        for piece in [line] if within.allows(line) else within.split(line):
            longer = f"{body}\n{piece}" if body else piece
            if body and not within.allows(longer):
                yield Unit(fenced(body))
                longer = piece
            body = longer
    if body.strip():
        yield Unit(fenced(body))
