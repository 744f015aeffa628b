"""The block structure of Markdown: where its headings, lists, tables and code blocks are."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from knowledge.text.headings import explicit_id

# Only blocks: inline syntax is quadratic for hostile input, and chunks keep it as it was written.
BLOCKS = MarkdownIt("commonmark", {"html": False}).enable("table")
BLOCKS.core.ruler.enableOnly(["normalize", "block"])
INLINE = MarkdownIt("commonmark", {"html": False})
LONGEST_HEADING = 300
REFERENCE = re.compile(r"\[([^\[\]]{1,300})\](?:\[([^\[\]]{0,300})\])?(?![(:\[])")


class Kind(Enum):
    PROSE = "prose"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    HEADING = "heading"
    RULE = "rule"


@dataclass(frozen=True)
class Block:
    """One top-level block, as its source lines.

    ``parts`` are where it may be cut: the items of a list, the rows of a table (its header first, with
    the line of dashes), the lines of code (the opening fence first, the closing one last). ``page`` is
    given to it by whoever knows it.
    """

    kind: Kind
    text: str
    parts: tuple[str, ...] = ()
    level: int = 0
    page: int | None = None


def blocks(markdown: str) -> list[Block]:
    """Every top-level block but thematic breaks, with reference links made whole."""
    environment: dict[str, Any] = {}
    tokens = BLOCKS.parse(markdown, environment)
    lines = markdown.split("\n")
    starts = [index for index, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    found = [block_of(tokens[start:end], lines) for start, end in pairwise([*starts, len(tokens)])]
    return [with_own_links(block, environment.get("references", {})) for block in found if block.kind is not Kind.RULE]


def with_own_links(block: Block, references: dict[str, Any]) -> Block:
    """A chunk is quoted without the definitions at the end of its document."""
    if not references or block.kind is Kind.CODE:
        return block

    def whole(match: re.Match[str]) -> str:
        target = references.get(normalizeReference(match[2] or match[1]))
        return f"[{match[1]}]({target['href']})" if target else match[0]

    text, *parts = (REFERENCE.sub(whole, text) for text in (block.text, *block.parts))
    return replace(block, text=text, parts=tuple(parts))


def block_of(tokens: list[Token], lines: list[str]) -> Block:
    opening = tokens[0]
    first, last = opening.map or [0, 0]
    own = lines[first:last]
    text = "\n".join(own).strip("\n").rstrip()
    match opening.type:
        case "heading_open":
            return Block(Kind.HEADING, tokens[1].content, level=int(opening.tag[1]))
        case "bullet_list_open" | "ordered_list_open":
            return Block(Kind.LIST, text, tuple(items(tokens, own, first)))
        case "table_open":
            header = "\n".join(own[:2])
            return Block(Kind.TABLE, text, (header, *(row for row in own[2:] if row.strip())))
        case "fence":
            closed = own[-1].strip().startswith(opening.markup) and len(own) > 1
            body = own[1:-1] if closed else own[1:]
            return Block(Kind.CODE, text, (own[0].strip(), *body, opening.markup))
        case "code_block":
            parts = ("```", *text.replace("\n    ", "\n").removeprefix("    ").split("\n"), "```")
            return Block(Kind.CODE, "\n".join(parts), parts)
        case "hr":
            return Block(Kind.RULE, "")
    return Block(Kind.PROSE, text)


def items(tokens: list[Token], own: list[str], first: int) -> list[str]:
    openings = (token for token in tokens if token.type == "list_item_open" and token.level == 1)
    starts = [token.map[0] - first for token in openings if token.map]
    return ["\n".join(own[start:end]).rstrip() for start, end in pairwise([*starts, len(own)])]


def visible_text(inline: str) -> str:
    """A heading as a reader sees it: without emphasis, link targets and code marks."""
    tokens = INLINE.parseInline(inline[:LONGEST_HEADING])
    words = [child.content for token in tokens for child in token.children or [] if child.content]
    return " ".join("".join(words).split())


def first_heading(markdown: str) -> str:
    """The text of the first level-1 heading, if there is one."""
    for block in blocks(markdown):
        if block.kind is Kind.HEADING and block.level == 1:
            return visible_text(explicit_id(block.text)[0])
    return ""


def code_ranges(markdown: str, *, indented: bool, fenced: bool = True) -> list[tuple[int, int]]:
    """The line ranges (first, one past the last) of code blocks, at whatever depth."""
    wanted = {"fence"} if fenced else set()
    if indented:
        wanted.add("code_block")
    return [(token.map[0], token.map[1]) for token in BLOCKS.parse(markdown) if token.type in wanted and token.map]
