"""Read a file or a folder of files into a collection, here and now: no worker has to be running."""

import re
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from knowledge import services
from knowledge.errors import EmbeddingError, IndexUnusable
from knowledge.folders import document_files, page_url
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection, Document, Source

BAD_ARGUMENTS = 2


@dataclass
class Import:
    """What one run did, for its last lines."""

    counts: Counter[str] = field(default_factory=Counter)
    waiting: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Command(BaseCommand):
    help = "Reads Markdown, MDX, HTML and text files into a collection. Unchanged files are skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file, or a folder that is read with everything below it")
        parser.add_argument("--collection", required=True, metavar="SLUG")
        parser.add_argument(
            "--audience",
            choices=Collection.Audience.values,
            help="who may read it; creates the collection if there is none of this name",
        )
        parser.add_argument("--create", action="store_true", help="create the collection, for staff unless --audience")
        parser.add_argument("--url-prefix", default="", metavar="URL", help="where these pages are published")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"].resolve()
        if not path.exists():
            raise CommandError(f"There is no file or folder {path}.", returncode=BAD_ARGUMENTS)
        prefix = options["url_prefix"]
        if prefix and not prefix.startswith(("https://", "http://")):
            raise CommandError(
                f"--url-prefix must start with https:// or http://, not {prefix!r}.", returncode=BAD_ARGUMENTS
            )
        collection = self.collection(options["collection"], options["audience"], create=options["create"])
        run = save(collection, path, prefix)
        if not run.counts:
            raise CommandError(f"There are no .md, .mdx, .html or .txt files in {path}.", returncode=BAD_ARGUMENTS)
        try:
            self.process(collection, run)
        except (EmbeddingError, IndexUnusable) as error:
            raise CommandError(error.user_message) from error
        self.report(run)

    def collection(self, slug: str, audience: str | None, *, create: bool) -> Collection:
        collection = Collection.objects.filter(slug=slug).first()
        if collection is None and not (audience or create):
            known = ", ".join(Collection.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(
                f"There is no collection {slug!r} (there are: {known}). "
                f"To create it, say who may read it: --audience public, customers or staff.",
                returncode=BAD_ARGUMENTS,
            )
        if collection is None:
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", slug):
                message = f"--collection must be lower-case letters, digits and hyphens, not {slug!r}."
                raise CommandError(message, returncode=BAD_ARGUMENTS)
            name = slug.replace("-", " ").capitalize()
            return Collection.objects.create(slug=slug, name=name, audience=audience or Collection.Audience.STAFF)
        if audience and audience != collection.audience:
            raise CommandError(
                f"The collection {slug!r} is for {collection.get_audience_display().lower()}, not {audience}. "
                "Change that in the admin, where everybody sees it.",
                returncode=BAD_ARGUMENTS,
            )
        return collection

    def process(self, collection: Collection, run: Import) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Reading and embedding", total=len(run.waiting))
            ingest(run.waiting, on_progress=lambda _: progress.advance(task))
            progress.update(task, description="Building the index")
            build_index(collection.pk)
        for document in Document.objects.filter(pk__in=run.waiting).exclude(status=Document.Status.READY):
            run.failures.append(f"{document.path}: {document.error or 'Another worker is still processing it.'}")

    def report(self, run: Import) -> None:
        for failure in run.failures:
            self.stderr.write(failure)
        words = [f"{run.counts[what]} {what}" for what in ("added", "changed", "unchanged", "removed")]
        self.stdout.write(", ".join([*words, f"{len(run.failures)} failed"]))
        if run.failures:
            raise SystemExit(1)


def save(collection: Collection, path: Path, url_prefix: str) -> Import:
    run = Import()
    source = folder_source(collection, path, url_prefix) if path.is_dir() else None
    seen = set()
    for name, data in files(path):
        existed = Document.objects.filter(collection=collection, path=name).exists()
        document, changed = services.put_document(
            collection=collection, path=name, given=data, title="", url=page_url(url_prefix, name, data), source=source
        )
        seen.add(document.pk)
        run.counts[("changed" if existed else "added") if changed else "unchanged"] += 1
        note(document, run)
    if source and seen:
        # A folder without a single document is a wrong path or a missing mount, not a wish to delete everything.
        gone = list(source.documents.exclude(pk__in=seen))
        services.delete(gone)
        run.counts["removed"] += len(gone)
    return run


def note(document: Document, run: Import) -> None:
    """What was left undone or failed in processing is tried again; what cannot be read is not."""
    if document.status == Document.Status.FAILED and not document.content:
        run.failures.append(f"{document.path}: {document.error}")
    elif document.status != Document.Status.READY:
        if document.status == Document.Status.FAILED:
            services.make_pending([document.pk])
        run.waiting.append(document.pk)


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_file():
        yield path.name, path.read_bytes()
        return
    for file in document_files(path):
        yield file.relative_to(path).as_posix(), file.read_bytes()


def folder_source(collection: Collection, path: Path, url_prefix: str) -> Source:
    source, _ = Source.objects.update_or_create(
        collection=collection, kind=Source.Kind.FOLDER, location=str(path), defaults={"url_prefix": url_prefix}
    )
    return source
