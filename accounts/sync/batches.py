"""Many rows: each has its own result, in their order, and none keeps another from being written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from accounts.sync.lines import Line
from accounts.sync.parts import weight
from accounts.sync.problems import WHOLE, Fields, problems
from accounts.sync.rows import CustomerRow
from accounts.sync.writing import Outcome, write
from supportbot.hygiene import clean

# In one transaction, counting what belongs to the customers.
CHUNK = 1000
MOST_PARTS = 5000
RESULTS = ("created", "changed", "unchanged", "older", "failed")

Write = Callable[[list[CustomerRow]], list[Outcome]]


class Result(NamedTuple):
    """``older`` names what was left as it is; ``fields`` says why nothing was written."""

    line: int
    external_id: str
    result: str
    older: list[str]
    fields: Fields


class Entry(NamedTuple):
    """A line that was read: its row, or why there is none."""

    line: int
    external_id: str
    row: CustomerRow | None
    fields: Fields


@dataclass
class Chunk:
    """Lines whose rows are written together."""

    entries: list[Entry] = field(default_factory=list)
    weight: int = 0

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.weight += weight(entry.row) if entry.row else 1

    def results(self, write: Write) -> list[Result]:
        rows = [entry.row for entry in self.entries if entry.row]
        outcomes = iter(write(rows) if rows else [])
        return [
            result_of(entry, next(outcomes) if entry.row else Outcome(fields=entry.fields)) for entry in self.entries
        ]


def result_of(entry: Entry, outcome: Outcome) -> Result:
    result = "failed" if outcome.fields else outcome.result
    return Result(entry.line, entry.external_id, result, outcome.older, outcome.fields)


def write_all(lines: Iterable[Line]) -> Iterator[Result]:
    for chunk in chunks(lines):
        yield from chunk.results(write)


def chunks(lines: Iterable[Line], after: int = 0) -> Iterator[Chunk]:
    """Of two rows of one customer the second is refused: which of them is newer, their order does not say.

    Lines up to ``after`` were written before; they count only for that.
    """
    seen: dict[str, int] = {}
    chunk = Chunk()
    for line in lines:
        row, fields = parsed(line)
        if row and (first := seen.setdefault(row.external_id, line.number)) != line.number:
            row, fields = None, {"external_id": [f"Line {first} is of the same customer."]}
        if line.number <= after:
            continue
        chunk.add(Entry(line.number, external_id_of(line.data), row, fields))
        if chunk.weight >= CHUNK:
            yield chunk
            chunk = Chunk()
    if chunk.entries:
        yield chunk


def parsed(line: Line) -> tuple[CustomerRow | None, Fields]:
    if line.fields:
        return None, line.fields
    try:
        row = CustomerRow.model_validate(line.data)
    except ValidationError as error:
        return None, problems(error)
    if weight(row) > MOST_PARTS:
        return None, {WHOLE: [f"Send at most {MOST_PARTS} rows of one customer at a time."]}
    return row, {}


def external_id_of(data: Any) -> str:
    """As it was sent, so that the sender finds it again."""
    said = data.get("external_id", "") if isinstance(data, dict) else ""
    return clean(str(said))[:200] if isinstance(said, str | int) else ""
