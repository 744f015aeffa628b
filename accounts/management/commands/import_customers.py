"""Bring customers from a file: CSV, or JSON lines that may hold all of their record."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import ImportRefused
from accounts.models import ImportRun
from accounts.sync.batches import RESULTS, Result
from accounts.sync.importing import SourceFile, begin, import_all, lines_of, looked_at
from supportbot.management.failures import disk_failures_said
from supportbot.management.progress import bars

BAD_ARGUMENTS = 2


class Command(BaseCommand):
    help = (
        "Creates and changes customers from a file. What a row leaves out, or leaves empty in CSV, stays as it was; "
        "older news never replaces newer. Rows that are refused keep no others from being written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with a header, or JSON lines as the bulk API takes them")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="what a column is: 'E-mail=email', 'Tier=attributes.tier', 'Notes=' to leave it out",
        )
        parser.add_argument("--encoding", default="utf-8-sig", help="of the file, such as cp1252; UTF-8 unless given")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write refused rows there, as JSON lines")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        parser.add_argument("--resume", action="store_true", help="go on after the last row that is in")

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        with usage_errors_said(), ExitStack() as open_files:
            source = looked_at(options["file"], options["encoding"])
            lines = open_files.enter_context(lines_of(source, options["map"]))
            run = begin(source, resume=options["resume"])
            refused = open_files.enter_context(refusals(options["errors"], append=run.line > 0))
            steps = iter(()) if run.finished_at else import_all(lines, run, dry_run=options["dry_run"])
            if run.finished_at:
                self.stdout.write(f"All {run.line} lines were imported already; nothing was written. At the time:")
            elif run.line:
                self.stdout.write(f"Going on after line {run.line}.")
            for results in shown(source, run, steps):
                for result in results:
                    if result.fields:
                        refused(result)
        counts = ", ".join(f"{run.counts.get(name, 0)} {name}" for name in RESULTS)
        self.stdout.write(counts + (" (dry run: nothing was written)" if options["dry_run"] else ""))
        if run.counts.get("failed"):
            raise SystemExit(1)


@contextmanager
def usage_errors_said() -> Iterator[None]:
    try:
        yield
    except ImportRefused as error:
        raise CommandError(error.user_message, returncode=BAD_ARGUMENTS) from error
    except OSError as error:
        name = error.filename or "The file"
        raise CommandError(f"{name} cannot be used: {error.strerror or error}.", returncode=BAD_ARGUMENTS) from error


def shown(source: SourceFile, run: ImportRun, steps: Iterator[list[Result]]) -> Iterator[list[Result]]:
    with bars() as progress:
        task = progress.add_task(f"Importing {source.path.name}", total=source.lines, completed=run.line)
        for results in steps:
            yield results
            progress.update(task, completed=run.line)


@contextmanager
def refusals(path: Path | None, *, append: bool) -> Iterator[Callable[[Result], None]]:
    """Where refused rows go. The bar makes room for what is said on standard error."""
    if path is None:
        yield lambda result: print(in_words(result), file=sys.stderr)  # noqa: T201
        return
    with path.open("a" if append else "w", encoding="utf-8") as file:
        yield lambda result: print(as_json(result), file=file, flush=True)


def in_words(result: Result) -> str:
    said = "; ".join(f"{name}: {' '.join(problems)}" for name, problems in result.fields.items())
    return f"Line {result.line}{f' ({result.external_id})' if result.external_id else ''}: {said}"


def as_json(result: Result) -> str:
    return json.dumps({"line": result.line, "external_id": result.external_id, "fields": result.fields})
