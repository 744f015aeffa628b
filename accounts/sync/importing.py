"""A file of customers, read a line at a time. Each thousand rows are written together with how far the file is in."""

import codecs
import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.errors import ImportRefused
from accounts.models import ImportRun
from accounts.sync.batches import Result, chunks
from accounts.sync.lines import Line, csv_lines, json_lines
from accounts.sync.rows import CustomerFields
from accounts.sync.writing import write

CSV, JSON_LINES = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson", ".json")
DELIMITERS = ",;\t|"
ATTRIBUTE = "attributes."
FIELDS = ("external_id", *(field.alias or name for name, field in CustomerFields.model_fields.items()))
SIMPLE_FIELDS = [name for name in FIELDS if name != "attributes"]
PIECE = 1024 * 1024


@dataclass(frozen=True)
class SourceFile:
    path: Path
    encoding: str
    sha256: str
    lines: int


def looked_at(path: Path, encoding: str) -> SourceFile:
    """Read once from end to end: a byte that is wrong is said before anything is written."""
    if path.suffix.lower() not in CSV + JSON_LINES:
        raise ImportRefused(f"{path.name} is neither CSV nor JSON lines: its name ends in none of .csv, .tsv, .jsonl.")
    try:
        decoder, digest, lines = codecs.getincrementaldecoder(encoding)(), hashlib.sha256(), 0
    except LookupError as error:
        raise ImportRefused(f"There is no encoding {encoding}.") from error
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            _decode(decoder, piece, encoding, lines)
            digest.update(piece)
            lines += piece.count(b"\n")
    _decode(decoder, b"", encoding, lines)
    return SourceFile(path, encoding, digest.hexdigest(), lines)


def _decode(decoder: codecs.IncrementalDecoder, piece: bytes, encoding: str, before: int) -> None:
    try:
        decoder.decode(piece, final=not piece)
    except UnicodeDecodeError as error:
        line = before + error.object[: error.start].count(b"\n") + 1
        name = "UTF-8" if encoding == "utf-8-sig" else encoding
        raise ImportRefused(
            f"Line {line} is not {name}. Save the file as UTF-8, or say what it is, such as --encoding cp1252."
        ) from error


@contextmanager
def lines_of(source: SourceFile, mapping: Sequence[str]) -> Iterator[Iterable[Line]]:
    with source.path.open(encoding=source.encoding, newline="") as file:
        if source.path.suffix.lower() in JSON_LINES:
            if mapping:
                raise ImportRefused("--map is for the columns of CSV. JSON lines name their fields themselves.")
            yield json_lines(file)
            return
        first = file.readline()
        dialect = type("Sniffed", (csv.excel,), {"delimiter": max(DELIMITERS, key=first.count)})
        file.seek(0)
        header = next(csv.reader(file, dialect), [])
        file.seek(0)
        yield csv_lines(file, dialect, columns_of(header, mapping))


def columns_of(header: Sequence[str], mapping: Sequence[str]) -> dict[str, str]:
    """The field of each column: as ``--map`` says, or the one that has its name. Empty for what is left out."""
    said = dict(_pair(each) for each in mapping)
    if strangers := [column for column in said if column not in header]:
        raise ImportRefused(f"There is no column {', '.join(strangers)}. There are: {', '.join(header)}.")
    columns = {column: said.get(column, column.strip().lower().replace(" ", "_")) for column in header}
    columns = {column: column.strip() if _is_attribute(column.strip()) else name for column, name in columns.items()}
    if unknown := [column for column, name in columns.items() if name and not _is_field(name)]:
        raise ImportRefused(
            f"No field is named {', '.join(unknown)}. Say which it is with --map 'COLUMN=FIELD', or leave the column "
            f"out with --map 'COLUMN='. {_fields()}"
        )
    twice = [name for name, times in Counter(filter(None, columns.values())).items() if times > 1]
    if twice or len(columns) < len(header):
        raise ImportRefused(f"More than one column is {', '.join(twice) or 'of the same name'}.")
    if "external_id" not in columns.values():
        raise ImportRefused("No column is external_id, the customer's id in your own system. Name it with --map.")
    return columns


def _pair(said: str) -> tuple[str, str]:
    """COLUMN=FIELD, and where only that makes sense FIELD=COLUMN."""
    left, equals, right = said.rpartition("=")
    if equals and (not right or _is_field(right)):
        return left, right
    left, equals, right = said.partition("=")
    if equals and _is_field(left):
        return right, left
    raise ImportRefused(f"--map {said} names no field. {_fields()}")


def _is_attribute(name: str) -> bool:
    return name.startswith(ATTRIBUTE) and name != ATTRIBUTE


def _is_field(name: str) -> bool:
    return name in SIMPLE_FIELDS or _is_attribute(name)


def _fields() -> str:
    return f"Fields are {', '.join(SIMPLE_FIELDS)}, and {ATTRIBUTE}NAME for an attribute."


def begin(source: SourceFile, *, resume: bool) -> ImportRun:
    """Not saved before the first rows are. The last one of the same content, if that is to be gone on with."""
    last = ImportRun.objects.filter(sha256=source.sha256).order_by("-pk").first() if resume else None
    return last or ImportRun(sha256=source.sha256, name=source.path.name[:255])


def import_all(lines: Iterable[Line], run: ImportRun, *, dry_run: bool) -> Iterator[list[Result]]:
    """What became of the rows, in the steps they are written in.

    A dry run takes back each step at once, so that nobody who writes waits for its end; it only remembers the numbers.
    """
    write_step = partial(write, claimed=set()) if dry_run else write
    for chunk in chunks(lines, after=run.line):
        with transaction.atomic():
            results = chunk.results(write_step)
            run.line = chunk.entries[-1].line
            run.counts = dict(Counter(run.counts) + Counter(result.result for result in results))
            if dry_run:
                transaction.set_rollback(True)
            else:
                run.save()
        yield results
    if not dry_run:
        run.finished_at = timezone.now()
        run.save()
