"""A visit to a source, from its claim to its record: list, compare, write what is new, retire what is gone.

A worker that was killed or kept from running loses its run to the next one, which goes through the source again and
finds done what was done. Nothing is written for a lost run: each transaction ends with a look at its row.
"""

from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep

import structlog
from django.db import InterfaceError, OperationalError, transaction

from knowledge import services
from knowledge.errors import DocumentError, SourceError, SyncCancelled
from knowledge.ingestion import NOT_PROCESSED, ingest
from knowledge.models import Document, Source, SyncRun
from knowledge.sources import reader_of
from knowledge.sources.base import Found
from knowledge.visits import runs
from knowledge.visits.comparing import Comparison, Outcome
from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named

log = structlog.get_logger(__name__)

BEAT_SECONDS = 0.5
# What is new is handed over for processing in parts, so that the first pages answer before the last is read.
HANDED_OVER_AT_ONCE = 50
HANDED_OVER_AFTER_SECONDS = 2.0
KEPT_FAILURES = 100
LONGEST_URL = 1000

Status = SyncRun.Status
# Has documents processed, here or elsewhere. Gives the path and the reason of those that are known to have failed.
Process = Callable[[list[int]], Iterable[tuple[str, str]]]
OnProgress = Callable[[SyncRun], None]


class LostRun(Exception):
    """Another worker has this run by now."""


def visit(
    run_id: int, process: Process, on_progress: OnProgress | None = None, *, retry: bool = False
) -> SyncRun | None:
    """Carries out a run that waits. None if it is done, gone, or somebody else's.

    With ``retry``, documents that failed in processing are tried again although they are what they were.
    """
    run = runs.claim(run_id)
    if run is None:
        return None
    try:
        with full_disk_named():
            Visit(run, process, on_progress, retry=retry).walk()
    except LostRun:
        log.warning("sync_lost", run=run.pk)
    except SyncCancelled as error:
        runs.finish(run, Status.CANCELLED, error.user_message)
    except (SourceError, DiskFull) as error:
        runs.finish(run, Status.FAILED, error.user_message)
    except Exception:
        log.exception("sync_failed", run=run.pk)
        runs.finish(run, Status.FAILED, "This visit could not be finished. The log has the reason.")
    except BaseException:
        runs.release(run)
        raise
    return SyncRun.objects.filter(pk=run.pk).first()


def process_here(document_ids: list[int]) -> Iterator[tuple[str, str]]:
    """For commands: no worker has to be running."""
    ingest(document_ids)
    for document in Document.objects.filter(pk__in=document_ids).exclude(status=Document.Status.READY):
        yield document.path, document.error or "Another worker is still processing it."


class Visit:
    """One run, as its reader and its own steps see it."""

    def __init__(self, run: SyncRun, process: Process, on_progress: OnProgress | None, *, retry: bool) -> None:
        self.run = run
        self.source = run.source
        self.process = process
        self.on_progress = on_progress
        self.retry = retry
        self.notes: list[str] = []
        self.cursor = ""
        self.waiting: list[int] = []
        self.last_beat = self.last_handover = monotonic()
        # An editor's yes is for the documents that were shown, not for any.
        self.approved = frozenset(run.missing if run.removal_approved else [])
        # What an earlier attempt added or changed is found unchanged by this one.
        self.done_before = run.added + run.changed
        run.seen = run.unchanged = run.failed = 0
        run.failures = []
        self.comparison = Comparison(self.source)
        self.known = self.comparison.known

    def walk(self) -> None:
        self.beat()
        for found in reader_of(self.source)(self.source, self):
            self.check()
            self.take(found)
            if self.on_progress:
                self.on_progress(self.run)
        self.hand_over()
        gone = self.comparison.gone()
        if self.comparison.is_too_much(len(gone)) and not self.approved.issuperset(gone):
            runs.finish(self.run, Status.ASKING, self.comparison.question(len(gone)), missing=gone)
        else:
            self.finish(gone)

    def take(self, found: Found) -> None:
        outcome, reason = self.comparison.take(found)
        self.run.seen += 1
        self.run.expected = max(self.run.expected, self.run.seen)
        if outcome is Outcome.FAILED:
            self.fail(found.path, reason)
        elif outcome is Outcome.UNCHANGED:
            self.run.unchanged += 1
            self.look_after(found)
        else:
            self.write(found, outcome)

    def look_after(self, found: Found) -> None:
        """What was left undone is done now. What failed has failed again, unless its reason may be gone."""
        entry = self.comparison.entry(found.path)
        if entry is None:
            return
        if not found.is_unchanged:
            self.note_validators(entry.pk, found)
        if entry.publication != Document.Publication.PUBLISHED or entry.status == Document.Status.READY:
            return
        if not self.retry:
            if entry.status == Document.Status.FAILED:
                self.fail(entry.path, entry.error)
            return
        if entry.status == Document.Status.FAILED:
            services.make_pending([entry.pk])
        self.wait_for(entry.pk)

    def write(self, found: Found, outcome: Outcome) -> None:
        try:
            with transaction.atomic():
                document, changed = self.put(found)
                counted = outcome if changed else Outcome.UNCHANGED
                setattr(self.run, counted, getattr(self.run, counted) + 1)
                self.fence()
        except DocumentError as error:
            self.fail(found.path, error.user_message)
            return
        except (LostRun, DiskFull, OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("document_not_written", run=self.run.pk, path=found.path)
            self.fail(found.path, NOT_PROCESSED)
            return
        if document.status == Document.Status.FAILED:
            self.fail(document.path, document.error)
        elif services.is_to_be_read(document):
            self.wait_for(document.pk)

    def put(self, found: Found) -> tuple[Document, bool]:
        document, changed = services.put_document(
            collection=self.source.collection,
            path=found.path,
            given=found.given,
            format=found.format,
            url=found.url if len(found.url) <= LONGEST_URL else "",
            source=self.source,
            origin="sync",
            publish=self.source.publishes,
        )
        self.note_validators(document.pk, found)
        return document, changed

    def note_validators(self, document_id: int, found: Found) -> None:
        entry = self.comparison.entry(found.path)
        before = (entry.etag, entry.last_modified) if entry else ("", "")
        if before != (found.etag, found.last_modified):
            Document.objects.filter(pk=document_id).update(etag=found.etag, last_modified=found.last_modified)

    def wait_for(self, document_id: int) -> None:
        self.waiting.append(document_id)
        late = monotonic() - self.last_handover > HANDED_OVER_AFTER_SECONDS
        if late or len(self.waiting) >= HANDED_OVER_AT_ONCE:
            self.hand_over()

    def hand_over(self) -> None:
        if self.waiting:
            for path, reason in self.process(self.waiting):
                self.fail(path, reason)
            self.waiting = []
        self.last_handover = monotonic()

    def fail(self, path: str, reason: str) -> None:
        self.run.failed += 1
        if len(self.run.failures) < KEPT_FAILURES:
            self.run.failures.append({"path": path, "reason": reason})

    def finish(self, gone: list[int]) -> None:
        partial = self.run.failed or self.notes
        self.run.removed = len(gone)
        self.run.unchanged -= min(self.done_before, self.run.unchanged)
        with transaction.atomic():
            services.retire(Document.objects.filter(pk__in=gone), by=Document.RetiredBy.SOURCE)
            Source.objects.filter(pk=self.source.pk).update(cursor="" if partial else self.cursor)
            self.fence()
            runs.finish(self.run, Status.PARTIAL if partial else Status.DONE, " ".join(self.notes))

    def fence(self) -> None:
        """In every transaction that writes: it counts, and is counted, only while the run is ours."""
        if not runs.held(self.run).update(**runs.counts(self.run)):
            raise LostRun

    def beat(self) -> None:
        self.last_beat = monotonic()
        if not runs.renew(self.run):
            raise SyncCancelled if runs.held(self.run).exists() else LostRun

    # What readers use.

    def check(self) -> None:
        if monotonic() - self.last_beat >= BEAT_SECONDS:
            self.beat()

    def pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            sleep(min(left, BEAT_SECONDS))
            self.check()

    def content(self, path: str) -> str:
        return self.comparison.content(path)

    def expect(self, count: int) -> None:
        self.run.expected = count

    def remember(self, cursor: str) -> None:
        self.cursor = cursor

    def note(self, reason: str) -> None:
        self.notes.append(reason)
