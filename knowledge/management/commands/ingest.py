"""Read a file or a folder of files into a collection, here and now: no worker has to be running."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from knowledge import services
from knowledge.errors import DocumentError
from knowledge.folders import document_files, is_document, page_url
from knowledge.loaders import FORMATS
from knowledge.management.reports import bar, build, look_at, report, report_preview, visit_here
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.visits.visiting import process_here
from supportbot.management.failures import disk_failures_said

BAD_ARGUMENTS = 2


class Command(BaseCommand):
    help = "Reads a folder of documents, or one file, into a collection. Unchanged files are skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=some_path, help="a file, or a folder that is read with everything below it")
        parser.add_argument("--collection", required=True, metavar="SLUG")
        parser.add_argument(
            "--audience",
            choices=Collection.Audience.values,
            help="who may read it; creates the collection if there is none of this name",
        )
        parser.add_argument("--create", action="store_true", help="create the collection, for staff unless --audience")
        parser.add_argument("--url-prefix", default="", metavar="URL", help="where these pages are published")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        parser.add_argument(
            "--accept-loss", action="store_true", help="retire what is gone even if it is more than half of the folder"
        )

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        with readable(options["path"]):
            path: Path = options["path"].resolve()
            check_path(path)
        check_prefix(options["url_prefix"])
        collection = find_collection(options["collection"], options["audience"], create=options["create"])
        if options["dry_run"]:
            found = look_at(folder_source(collection, path, options))
            well = report_preview(found, self.stdout, self.stderr, accept_loss=options["accept_loss"])
        else:
            if collection.pk is None:
                collection.save()
            well = report(ingest_path(collection, path, options), self.stdout, self.stderr)
        if not well:
            raise SystemExit(1)


def some_path(argument: str) -> Path:
    """A variable of the shell that is not set would be the working directory."""
    if not argument.strip():
        raise ArgumentTypeError("it is empty; for the working directory write a dot")
    return Path(argument)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        # Without a reason of the system: links that lead in a circle.
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{path} cannot be read: {reason.lower()}.", returncode=BAD_ARGUMENTS) from error


def check_path(path: Path) -> None:
    if not path.exists():
        raise CommandError(f"There is no file or folder {path}.", returncode=BAD_ARGUMENTS)
    if path.is_dir() and not any(document_files(path)):
        raise CommandError(f"There are no {', '.join(FORMATS)} files in {path}.", returncode=BAD_ARGUMENTS)
    if path.is_file() and not is_document(path.name):
        raise CommandError(f"{path.name} is none of {', '.join(FORMATS)}.", returncode=BAD_ARGUMENTS)
    if path.is_file():
        path.open("rb").close()


def check_prefix(prefix: str) -> None:
    if prefix and not prefix.startswith(("https://", "http://")):
        raise CommandError(
            f"--url-prefix must start with https:// or http://, not {prefix!r}.", returncode=BAD_ARGUMENTS
        )


def find_collection(slug: str, audience: str | None, *, create: bool) -> Collection:
    """A new one is not saved yet."""
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
        return Collection(slug=slug, name=name, audience=audience or Collection.Audience.STAFF)
    if audience and audience != collection.audience:
        raise CommandError(
            f"The collection {slug!r} is for {collection.get_audience_display().lower()}, not {audience}. "
            "Change that in the admin, where everybody sees it.",
            returncode=BAD_ARGUMENTS,
        )
    return collection


def ingest_path(collection: Collection, path: Path, options: dict[str, Any]) -> SyncRun:
    if path.is_file():
        return ingest_file(collection, path, options["url_prefix"])
    source = folder_source(collection, path, options)
    if source.pk is None or source.url_prefix != options["url_prefix"]:
        source.url_prefix = options["url_prefix"]
        source.save()
    return visit_here(source, accept_loss=options["accept_loss"])


def folder_source(collection: Collection, path: Path, options: dict[str, Any]) -> Source:
    fields = {"kind": Source.Kind.FOLDER, "location": str(path)}
    known = Source.objects.filter(collection=collection, **fields).first() if collection.pk else None
    return known or Source(collection=collection, url_prefix=options["url_prefix"], **fields)


def ingest_file(collection: Collection, path: Path, url_prefix: str) -> SyncRun:
    """Without a source: a single file is an upload. The run is only what it is reported by."""
    run = SyncRun(source=Source(collection=collection), status=SyncRun.Status.DONE)
    with readable(path):
        given = path.read_bytes()
    existed = collection.documents.filter(path=path.name).exists()
    try:
        document, changed = services.put_document(
            collection=collection,
            path=path.name,
            given=given,
            url=page_url(url_prefix, path.name, given),
            source=None,
            origin="upload",
        )
    except DocumentError as error:
        raise CommandError(f"{path.name}: {error.user_message} What it said before stays.") from error
    setattr(run, ("changed" if existed else "added") if changed else "unchanged", 1)
    run.failures = [{"path": name, "reason": reason} for name, reason in process_file(document, changed=changed)]
    if run.failures:
        run.failed, run.status = len(run.failures), SyncRun.Status.PARTIAL
    build(run.source)
    return run


def process_file(document: Document, *, changed: bool) -> Iterable[tuple[str, str]]:
    """What was left undone or failed before is tried again."""
    if document.status == Document.Status.READY or document.publication != Document.Publication.PUBLISHED:
        return []
    if document.status == Document.Status.FAILED:
        if changed:
            return [(document.path, document.error)]
        services.make_pending([document.pk])
    with bar(f"Reading {document.path}"):
        return list(process_here([document.pk]))
