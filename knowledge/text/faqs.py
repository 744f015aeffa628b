"""Questions with their answers, where a page writes them without headings. Pure.

Found are bold questions, "Q: … A: …", terms with definitions, lists whose items are questions, and tables with a
column of questions. One alone may be rhetorical; two are a list of questions.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from knowledge.text.markdown import Block, Kind, blocks
from knowledge.text.units import LIST_MARKER, cells

FEWEST = 2
QUESTION_MARKS = ("?", "？", "؟")
CLOSING = " \t*_`\"'”’»)"
PATTERNS = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(?:\*\*|__)([^*\n]{1,300}?)(?:\*\*|__)[ \t:]*(.*)\Z",
        r"(?:\*\*)?Q(?:uestion)?[ \t]*\d*[ \t]*[:.)](?:\*\*)?[ \t]*([^\n]{1,300})\n?(.*)\Z",
        r"([^\n]{1,300})\n:[ \t]+(.*)\Z",
    )
]
ITEM = re.compile(r"([^\n]{1,300})\n(.*\S.*)\Z", re.DOTALL)
LABEL = re.compile(r"(?:Q(?:uestion)?[ \t]*\d*[ \t]*[:.)]|\d{1,3}[.)])[ \t]*", re.IGNORECASE)
ANSWER = re.compile(r"(?:\*\*)?A(?:nswer)?[ \t]*\d*[:.)](?:\*\*)?\s+(?=\S)")
QUESTION_COLUMNS = {"q", "question", "questions", "faq"}


@dataclass(frozen=True)
class Entry:
    """Without a question: what stands before the first one."""

    question: str
    blocks: tuple[Block, ...]


def is_question(text: str) -> bool:
    return text.rstrip(CLOSING).endswith(QUESTION_MARKS)


def entries(found: Sequence[Block]) -> list[Entry]:
    """One entry, without a question, if these blocks are no list of questions."""
    result = [Entry("", ())]
    for block in found:
        started = list(started_by(block))
        result += started
        if not started:
            result[-1] = replace(result[-1], blocks=(*result[-1].blocks, block))
    if sum(bool(entry.question) for entry in result) < FEWEST:
        return [Entry("", tuple(found))]
    return list(answered(result))


def started_by(block: Block) -> Iterator[Entry]:
    """The questions that begin with this block, which is then made of nothing else."""
    pairs = list(pairs_in(block))
    if all(is_question(question) for question, _ in pairs):
        for question, answer in pairs:
            parts = tuple(replace(part, page=block.page) for part in blocks(answer))
            yield Entry(LABEL.sub("", question, count=1), parts)


def pairs_in(block: Block) -> Iterator[tuple[str, str]]:
    if block.kind is Kind.PROSE:
        yield split(block.text, PATTERNS)
    elif block.kind is Kind.LIST:
        for item in block.parts:
            first, _, rest = LIST_MARKER.sub("", item, count=1).partition("\n")
            yield split(f"{first}\n{dedent(rest)}", [*PATTERNS, ITEM])
    elif block.kind is Kind.TABLE:
        yield from rows_of(block)


def split(text: str, patterns: Iterable[re.Pattern[str]]) -> tuple[str, str]:
    for pattern in patterns:
        if (match := pattern.match(text.strip())) and is_question(match[1]):
            return match[1].strip(), match[2].strip()
    return "", text


def rows_of(block: Block) -> Iterator[tuple[str, str]]:
    header, *rows = [cells(line.partition("\n")[0]) for line in block.parts]
    column = next((index for index, name in enumerate(header) if name.casefold() in QUESTION_COLUMNS), None)
    if column is None or len(header) < 2:
        yield "", block.text
        return
    for row in rows:
        others = [(name, cell) for index, (name, cell) in enumerate(zip(header, row, strict=False)) if index != column]
        said = [cell if len(others) == 1 else f"{name}: {cell}" for name, cell in others if cell]
        yield row[column] if column < len(row) else "", "\n\n".join(said)


def answered(found: Sequence[Entry]) -> Iterator[Entry]:
    """A question without an answer of its own has the next one's, or is text like any other."""
    waiting = ""
    for entry in found:
        question = f"{waiting} {entry.question}".strip()
        waiting = question if question and not entry.blocks else ""
        if entry.blocks:
            yield Entry(question, unlabelled(entry.blocks) if question else entry.blocks)
    if waiting:
        yield Entry("", (Block(Kind.PROSE, waiting),))


def unlabelled(found: tuple[Block, ...]) -> tuple[Block, ...]:
    """An answer need not say that it is one."""
    first, *others = found
    if first.kind is not Kind.PROSE or not (label := ANSWER.match(first.text)):
        return found
    return (replace(first, text=first.text[label.end() :]), *others)
