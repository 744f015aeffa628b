"""Fill another vector store with what is served now, so that it answers from the moment it is switched to."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress, TaskID

from knowledge.copying import copy_index, to_copy
from knowledge.errors import EmbeddingError, IndexUnusable
from knowledge.indexes import ENGINES, close_engine, engine_name, get_engine
from knowledge.management.collections import BAD_ARGUMENTS, chosen
from knowledge.models import Collection, IndexVersion
from supportbot.management.failures import disk_failures_said
from supportbot.management.progress import bars


@dataclass
class Copies:
    """What there is to copy, and what went wrong with some. The others are copied all the same."""

    served: list[IndexVersion] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def noted(self, collection: Collection) -> Iterator[None]:
        try:
            yield
        except (IndexUnusable, EmbeddingError) as error:
            self.failures.append(f"{collection.slug}: {error.user_message}")


class Command(BaseCommand):
    help = (
        "Copies the indexes of one vector store into another, without embedding anything again. The present store "
        "goes on answering; afterwards set VECTOR_STORE_URL to the new one and restart."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="source", required=True, metavar="URL", help="the store that has them")
        parser.add_argument("--to", dest="target", required=True, metavar="URL", help="the store that shall have them")
        parser.add_argument("--collection", nargs="+", metavar="SLUG", help="only these collections; default: all")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be copied")

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        source, target = options["source"], options["target"]
        try:
            check(source, target)
            run = self.run(source, target, options)
        finally:
            close_engine(target)
        for failure in run.failures:
            self.stderr.write(failure)
        if run.failures:
            raise SystemExit(1)

    def run(self, source: str, target: str, options: dict[str, Any]) -> Copies:
        run = Copies()
        for collection in chosen(options["collection"] or []):
            with run.noted(collection):
                run.served.append(to_copy(collection, source))
        if options["dry_run"]:
            for served in run.served:
                self.stdout.write(f"{served.collection.slug}: {served.chunk_count} passages would be copied")
        else:
            self.copy(run, target)
        return run

    def copy(self, run: Copies, target: str) -> None:
        with bars() as progress:
            for served in run.served:
                task = progress.add_task(served.collection.slug, total=served.chunk_count)
                with run.noted(served.collection):
                    copied = copy_index(served, target, partial(show, progress, task))
                    self.stdout.write(f"{served.collection.slug}: {copied.chunk_count} passages copied")


def show(progress: Progress, task: TaskID, done: int) -> None:
    progress.update(task, completed=done)


def check(source: str, target: str) -> None:
    for option, url in (("--from", source), ("--to", target)):
        if engine_name(url) not in ENGINES or "://" not in url:
            schemes = ", ".join(f"{name}://" for name in ENGINES)
            raise CommandError(f"{option} must begin with one of {schemes}.", returncode=BAD_ARGUMENTS)
    if engine_name(source) == engine_name(target):
        raise CommandError(
            f"--from and --to are both {engine_name(source)}: an engine is moved with its own tools, "
            "or filled again by rebuilding the indexes in the admin.",
            returncode=BAD_ARGUMENTS,
        )
    try:
        get_engine(target).check()
    except IndexUnusable as error:
        raise CommandError(error.user_message) from error
