"""Visit sources: look what is there now, and take over what changed. Without arguments: which sources there are."""

from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from rich.console import Console
from rich.table import Table

from knowledge.errors import SourceError
from knowledge.management.reports import look_at, report, report_preview, visit_here
from knowledge.models import Source
from knowledge.sources import READERS
from knowledge.visits import runs, syncing
from supportbot.management.failures import disk_failures_said

BAD_ARGUMENTS = 2


class Command(BaseCommand):
    help = "Visits sources and takes over what changed. Without arguments: lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="its number, name or location")
        parser.add_argument("--all", action="store_true", help="every source that can be visited")
        parser.add_argument("--due", action="store_true", help="those whose time has come by their schedule")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        parser.add_argument("--queue", action="store_true", help="leave it to the workers instead of doing it now")
        parser.add_argument(
            "--accept-loss", action="store_true", help="retire what is gone even if it is more than half of a source"
        )

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["sources"] or options["all"] or options["due"]):
            self.list_sources()
            return
        if options["dry_run"] and options["queue"]:
            raise CommandError("--dry-run looks itself: leave out --queue.", returncode=BAD_ARGUMENTS)
        results = [self.sync(source, options) for source in self.chosen(options)]
        if not all(results):
            raise SystemExit(1)

    def chosen(self, options: dict[str, Any]) -> list[Source]:
        can_be_visited = Source.objects.filter(kind__in=READERS).select_related("collection")
        chosen = {source.pk: source for given in options["sources"] for source in find(can_be_visited, given)}
        if options["all"]:
            chosen |= {source.pk: source for source in can_be_visited}
        if options["due"]:
            chosen |= {source.pk: source for source in runs.due_sources().select_related("collection")}
        return list(chosen.values())

    def sync(self, source: Source, options: dict[str, Any]) -> bool:
        """One source in trouble does not keep the others waiting."""
        self.stdout.write(f"{source.pk} {source} ({source.collection.slug})")
        accept_loss: bool = options["accept_loss"]
        try:
            if options["queue"]:
                syncing.request_sync(source)
                return True
            if options["dry_run"]:
                return report_preview(look_at(source), self.stdout, self.stderr, accept_loss=accept_loss)
            return report(visit_here(source, accept_loss=accept_loss), self.stdout, self.stderr)
        except (CommandError, SourceError) as error:
            self.stderr.write(str(error))
            return False

    def list_sources(self) -> None:
        table = Table("No.", "Collection", "Kind", "Source", "Documents", "Last visit", "Next visit", box=None)
        for source in Source.objects.select_related("collection"):
            last = source.runs.first()
            table.add_row(
                str(source.pk),
                source.collection.slug,
                source.get_kind_display(),
                str(source),
                str(source.documents.filter(publication="published").count()),
                f"{last.created_at:%Y-%m-%d %H:%M} {last.get_status_display().lower()}" if last else "never",
                f"{source.next_sync_at:%Y-%m-%d %H:%M}" if source.next_sync_at else "when asked",
            )
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 200)
        console.print(table if table.row_count else "There are no sources yet. Add one in the admin.")


def find(sources: QuerySet[Source], given: str) -> QuerySet[Source]:
    by_number = Q(pk=int(given)) if given.isdecimal() and len(given) < 19 else Q(pk__in=[])
    found = sources.filter(by_number | Q(name=given) | Q(location=given))
    if not found:
        raise CommandError(
            f"There is no source {given!r} that can be visited. Without arguments, this lists them.",
            returncode=BAD_ARGUMENTS,
        )
    return found
