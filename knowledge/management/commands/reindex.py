"""Read documents again and build their index anew, here and now. What is served stays until the new one is ready."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from knowledge import services
from knowledge.building import rebuild_index, searchable_count
from knowledge.errors import EmbeddingError, IndexUnusable
from knowledge.ingestion import ingest
from knowledge.management.collections import chosen
from knowledge.models import Collection, Document
from supportbot.management.failures import disk_failures_said
from supportbot.management.progress import bars


class Command(BaseCommand):
    help = "Reads documents again and builds their index anew. Texts that were embedded before are not embedded again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("collections", nargs="*", metavar="COLLECTION", help="by slug; without any: all")
        parser.add_argument("--index-only", action="store_true", help="build the index, without reading documents")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        collections = chosen(options["collections"])
        documents = {} if options["index_only"] else {each.pk: published(each) for each in collections}
        if options["dry_run"]:
            for collection in collections:
                count = len(documents.get(collection.pk, ()))
                reading = f"{number(count, 'document')} would be read, " if count else ""
                passages = number(searchable_count(collection.pk), "passage")
                self.stdout.write(f"{collection.slug}: {reading}{passages} would be indexed.")
            return
        try:
            self.process(collections, documents)
        except (EmbeddingError, IndexUnusable) as error:
            raise CommandError(error.user_message) from error
        self.report(collections)

    def process(self, collections: list[Collection], documents: dict[int, list[int]]) -> None:
        with bars() as progress:
            for collection in collections:
                ids = documents.get(collection.pk, [])
                task = progress.add_task(f"Reading {collection.slug}", total=len(ids))
                services.make_pending(ids)
                ingest(ids, on_progress=lambda _, task=task: progress.advance(task))  # type: ignore[misc]
                progress.update(task, description=f"Building the index of {collection.slug}")
                rebuild_index(collection.pk)

    def report(self, collections: list[Collection]) -> None:
        unread = Document.objects.filter(
            collection__in=collections, publication=Document.Publication.PUBLISHED
        ).exclude(status=Document.Status.READY)
        for document in unread.select_related("collection"):
            reason = document.error or "Another worker is still processing it."
            self.stderr.write(f"{document.collection.slug}/{document.path}: {reason}")
        for collection in collections:
            held = " The version it was rolled back to stays." if collection.index_held else ""
            passages = number(searchable_count(collection.pk), "passage")
            self.stdout.write(f"{collection.slug}: {passages} indexed.{held}")
        if unread:
            raise SystemExit(1)


def published(collection: Collection) -> list[int]:
    documents = collection.documents.filter(publication=Document.Publication.PUBLISHED)
    return list(documents.order_by("pk").values_list("pk", flat=True))


def number(count: int, noun: str) -> str:
    return f"{count} {noun}{pluralize(count)}"
