"""Cutting sources into pieces that can stand alone in an answer, and what to quote around one. Pure.

A piece is a sentence, a list item, a table or a code block; it knows the block it stands in, so that the
steps of a list are quoted together and a code block with the sentence that introduces it.
"""

import re
from collections.abc import Sequence

from knowledge.text.markdown import Block, Kind, blocks

SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]*]*\s+(?=[\"“‘(\[*]*[A-Z0-9])")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
STEP = re.compile(r"^\s*\d{1,3}[.)]\s")
EMPHASIS = (re.compile(r"\*\*"), re.compile(r"(?<!\*)\*(?!\*)"))
BOLD_LINE = re.compile(r"\*\*[^*\n]{1,100}\*\*")
ADMONITION = re.compile(r"^:::.*$", re.MULTILINE)

LONGEST_PROSE = 60
LONGEST_LIST = 90


def quotable(markdown: str) -> list[Block]:
    """The blocks of a passage in order. Headings are left out, as they say nothing by themselves, and so are
    images and where links lead: the citation leads to the page that has them."""
    plain = ADMONITION.sub("", LINK.sub(r"\1", IMAGE.sub("", markdown)))
    return [block for block in blocks(plain) if block.text.strip() and not _is_heading(block)]


def _is_heading(block: Block) -> bool:
    return block.kind is Kind.HEADING or bool(BOLD_LINE.fullmatch(block.text.strip()))


def pieces(block: Block) -> Sequence[str]:
    if block.kind is Kind.LIST:
        return block.parts
    if block.kind is Kind.PROSE:
        return SENTENCE_END.split(" ".join(block.text.split()))
    return (block.text,)


def sentences(text: str) -> list[str]:
    """Line by line, and each line sentence by sentence."""
    return [sentence for line in text.splitlines() for sentence in SENTENCE_END.split(line) if sentence.strip()]


def excerpt(group: Sequence[Block], at: int, piece: int) -> str:
    """What is quoted when ``piece`` of block ``at`` is the best: enough around it to be understood."""
    quoted = _around(group[at], piece)
    if group[at].kind is not Kind.PROSE:
        before = pieces(group[at - 1])[-1] if at else ""
        return f"{before}\n\n{quoted}" if before.rstrip("*_ ").endswith(":") else quoted
    introduces = quoted.rstrip("*_ ").endswith(":") and at + 1 < len(group)
    return f"{quoted}\n\n{_around(group[at + 1], 0)}" if introduces else quoted


def _around(block: Block, best: int) -> str:
    """As many neighbours of the best piece as there is room for: those after it first, as steps go on."""
    parts = pieces(block)
    glue, limit = ("\n", LONGEST_LIST) if block.kind is Kind.LIST else (" ", LONGEST_PROSE)
    first = last = best
    room = limit - words(parts[best])
    while True:
        if last + 1 < len(parts) and words(parts[last + 1]) <= room:
            last += 1
            room -= words(parts[last])
        elif first > 0 and words(parts[first - 1]) <= room:
            first -= 1
            room -= words(parts[first])
        else:
            quoted = glue.join(parts[first : last + 1])
            return _balanced(quoted) if block.kind is Kind.PROSE else quoted


def _balanced(text: str) -> str:
    """Without emphasis marks that lost their partner where the text was cut."""
    for mark in EMPHASIS:
        text = mark.sub("", text) if len(mark.findall(text)) % 2 else text
    return text


def is_step(piece: str) -> bool:
    return bool(STEP.match(piece))


def words(text: str) -> int:
    return len(text.split())
