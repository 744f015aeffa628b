"""What commands that visit sources show: a bar while it goes on, and lines for people and scripts in the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, OutputWrapper

from knowledge.errors import EmbeddingError, IndexUnusable, SourceError
from knowledge.ingestion import build_index
from knowledge.models import Document, Source, SyncRun
from knowledge.visits import runs, syncing
from knowledge.visits.previews import Preview, preview
from knowledge.visits.visiting import process_here, visit
from supportbot.management.progress import bars

COUNTED = ("added", "changed", "unchanged", "removed")

# Sets how many are done, and of how many.
Advance = Callable[[int, int], None]


@contextmanager
def bar(description: str) -> Iterator[Advance]:
    with bars() as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, expected: progress.update(task, completed=done, total=expected)


def visit_here(source: Source, *, accept_loss: bool = False) -> SyncRun:
    """A recorded visit without a worker. ``CommandError`` if somebody else is at it."""
    run = runs.begin(source)
    try:
        with bar(f"Reading {source}") as advance:
            done = visit(run.pk, process_here, lambda run: advance(run.seen, run.expected), retry=True)
    except KeyboardInterrupt:
        syncing.cancel(run)
        raise
    if done is None:
        raise CommandError(f"Another visit to {source} is going on. Wait for it, or cancel it in the admin.")
    if done.status == SyncRun.Status.ASKING and accept_loss:
        syncing.approve_removal(done, None)
        return visit_here(source)
    build(source)
    return done


def build(source: Source) -> None:
    try:
        build_index(source.collection_id)
    except (EmbeddingError, IndexUnusable) as error:
        raise CommandError(error.user_message) from error


def look_at(source: Source) -> Preview:
    try:
        with bar(f"Looking at {source}") as advance:
            return preview(source, advance)
    except SourceError as error:
        raise CommandError(error.user_message) from error


def report(run: SyncRun, stdout: OutputWrapper, stderr: OutputWrapper) -> bool:
    """Says what a visit did. False if something is wrong or left to decide."""
    for failure in run.failures:
        stderr.write(f"{failure['path']}: {failure['reason']}")
    if run.failed > len(run.failures):
        stderr.write(f"and {run.failed - len(run.failures)} more that failed")
    if run.error:
        stderr.write(run.error)
    if run.status == SyncRun.Status.ASKING:
        for path in Document.objects.filter(pk__in=run.missing).values_list("path", flat=True):
            stdout.write(f"no longer there: {path}")
        stderr.write("Nothing was retired. Say yes in the admin, or run this again with --accept-loss.")
    words = [f"{getattr(run, what)} {what}" for what in COUNTED]
    stdout.write(", ".join([*words, f"{run.failed} failed"]))
    return run.status == SyncRun.Status.DONE


def report_preview(found: Preview, stdout: OutputWrapper, stderr: OutputWrapper, *, accept_loss: bool = False) -> bool:
    """Says what a visit would do. False if something would fail, or be left to decide."""
    asks = bool(found.question) and not accept_loss
    for what in ("added", "changed", "removed"):
        for path in getattr(found, what):
            stdout.write(f"no longer there: {path}" if asks and what == "removed" else f"would be {what}: {path}")
    for path, reason in found.failed:
        stderr.write(f"{path}: {reason}")
    for note in found.notes:
        stderr.write(note)
    if asks:
        stderr.write(f"{found.question} A visit would wait for a yes in the admin, or for --accept-loss.")
    counts = {what: len(getattr(found, what)) for what in COUNTED} | ({"removed": 0} if asks else {})
    words = [f"{count} {what}" for what, count in counts.items()]
    stdout.write(", ".join([*words, f"{len(found.failed)} failed"]) + " (dry run: nothing was written)")
    return not (found.failed or found.notes or asks)
