"""Runs of sources as rows: who has one, how long, and which are due. As ``leases`` is for documents."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from knowledge.models import Source, SyncRun

log = structlog.get_logger(__name__)

# Longer than anything takes between two renewals.
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
# Of each source. A year of quarters of an hour is 35 000.
KEPT_RUNS = 100

Status = SyncRun.Status
UNFINISHED = [Status.WAITING, Status.RUNNING]
COUNTS = ("seen", "expected", "added", "changed", "unchanged", "removed", "failed", "failures")


def begin(source: Source, user: AbstractUser | None = None) -> SyncRun:
    """A run that waits for a worker: a new one, or the one that waits or runs already."""
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=source.pk)
        schedule(source)
        unfinished = source.runs.filter(status__in=UNFINISHED).first()
        return unfinished or SyncRun.objects.create(source=source, requested_by_id=user.pk if user else None)


def schedule(source: Source) -> None:
    """From now on: a source that was visited by hand is not visited again a minute later."""
    due = timezone.now() + timedelta(minutes=source.sync_every) if source.sync_every else None
    Source.objects.filter(pk=source.pk).update(next_sync_at=due)


def due_sources() -> QuerySet[Source]:
    """Whose time has come. A schedule without a time is new."""
    come = Q(next_sync_at__isnull=True) | Q(next_sync_at__lte=timezone.now())
    return Source.objects.filter(come, sync_every__isnull=False).exclude(kind=Source.Kind.PUSH)


def begin_due() -> list[int]:
    """The runs that wait for a worker: of sources whose time has come, and those that were lost. Each is handed out
    once per lease, however often this is asked."""
    now = timezone.now()
    for source in due_sources():
        begin(source)
    lost = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=now)
    with transaction.atomic():
        ids = list(SyncRun.objects.filter(lost, status__in=UNFINISHED).order_by("pk").values_list("pk", flat=True))
        SyncRun.objects.filter(pk__in=ids).update(status=Status.WAITING, lease_expires_at=now + LEASE)
    return ids


def claim(run_id: int) -> SyncRun | None:
    """The run, for this worker alone, or None if it is done, gone, given up, or somebody else's."""
    now = timezone.now()
    free = Q(status=Status.WAITING) | Q(status=Status.RUNNING, lease_expires_at__lt=now)
    claimed = SyncRun.objects.filter(free, pk=run_id).update(
        status=Status.RUNNING, lease_expires_at=now + LEASE, attempts=F("attempts") + 1, started_at=now
    )
    if not claimed:
        return None
    run = SyncRun.objects.select_related("source__collection").get(pk=run_id)
    if run.attempts > MOST_ATTEMPTS:
        finish(run, Status.FAILED, "This visit was interrupted again and again. The log of the worker may say why.")
        return None
    return run


def held(run: SyncRun) -> QuerySet[SyncRun]:
    """The row, if it is still this worker's."""
    return SyncRun.objects.filter(pk=run.pk, status=Status.RUNNING, attempts=run.attempts)


def renew(run: SyncRun) -> bool:
    """And writes down how far it is. False if it was cancelled or is another's by now."""
    own = held(run).filter(cancel_requested=False)
    return bool(own.update(lease_expires_at=timezone.now() + LEASE, **counts(run)))


def release(run: SyncRun) -> None:
    """A worker that is told to stop does not keep the next one waiting."""
    held(run).update(status=Status.WAITING, lease_expires_at=timezone.now())


def finish(run: SyncRun, status: str, error: str = "", missing: Sequence[int] = ()) -> None:
    ended = {"missing": list(missing), "lease_expires_at": None, "finished_at": timezone.now()}
    held(run).update(status=status, error=error, **ended, **counts(run))
    forget_old(run)
    if status in (Status.DONE, Status.PARTIAL, Status.ASKING):
        earlier = SyncRun.objects.filter(source=run.source_id, status=Status.ASKING, pk__lt=run.pk)
        earlier.update(status=Status.CANCELLED, error="A later visit took its place.")
    log.info("sync_finished", run=run.pk, status=status, **{name: getattr(run, name) for name in COUNTS[:-1]})


def forget_old(run: SyncRun) -> None:
    kept = SyncRun.objects.filter(source=run.source_id).order_by("-pk").values_list("pk", flat=True)[:KEPT_RUNS]
    SyncRun.objects.filter(source=run.source_id, pk__lt=min(kept, default=0)).exclude(status__in=UNFINISHED).delete()


def counts(run: SyncRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in COUNTS}
