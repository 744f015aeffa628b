"""Rows as lines: JSON lines from programs and files, and the lines of CSV. One at a time, whatever the size."""

import csv
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

from accounts.sync.problems import WHOLE, Fields

MAX_LINE = 2 * 1024 * 1024


class Line(NamedTuple):
    """``data`` is what a row is read from, unless ``fields`` says why there is none."""

    number: int
    data: Any
    fields: Fields | None = None


def json_lines(file: IO[Any]) -> Iterator[Line]:
    """Empty lines are none. Of one that is too long only so much is held at a time."""
    number = 0
    while piece := file.readline(MAX_LINE + 1):
        number += 1
        if len(piece) > MAX_LINE:
            _skip_rest(file, piece)
            yield Line(number, None, {WHOLE: [f"A line may have at most {MAX_LINE // 2**20} MB."]})
        elif piece.strip():
            yield _read(number, piece)


def _skip_rest(file: IO[Any], piece: Any) -> None:
    while piece and piece[-1:] not in (b"\n", "\n"):
        piece = file.readline(MAX_LINE)


def _read(number: int, piece: str | bytes) -> Line:
    try:
        return Line(number, json.loads(piece.decode() if isinstance(piece, bytes) else piece))
    except UnicodeDecodeError:
        return Line(number, None, {WHOLE: ["This line is not UTF-8."]})
    except (ValueError, RecursionError) as error:
        said = (
            f"at character {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "out of bounds"
        )
        return Line(number, None, {WHOLE: [f"This line is no JSON ({said})."]})


def csv_lines(file: IO[str], dialect: type[csv.Dialect], columns: Mapping[str, str]) -> Iterator[Line]:
    """``columns`` says which field each column is; ``attributes.tier`` is one of the attributes.

    An empty cell says nothing. A row may take several lines; its number is that of its last.
    """
    reader = csv.reader(file, dialect, strict=True)
    header = next(reader, [])
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Line(reader.line_num, None, {WHOLE: [f"This line is no CSV ({error})."]})
            continue
        if cells is None:
            return
        if len(cells) > len(header):
            yield Line(reader.line_num, None, {WHOLE: [f"It has {len(cells)} cells for {len(header)} columns."]})
        elif any(cells):
            yield Line(reader.line_num, _row(dict(zip(header, cells, strict=False)), columns))


def _row(cells: dict[str, str], columns: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column, cell in cells.items():
        name, value = columns.get(column, ""), cell.strip()
        if not name or not value:
            continue
        if attribute := name.partition("attributes.")[2]:
            row.setdefault("attributes", {})[attribute] = value
        else:
            row[name] = value
    return row
