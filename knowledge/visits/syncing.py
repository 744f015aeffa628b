"""What people ask of sources: to visit one now, to stop, to go on although much of it is gone."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from knowledge.models import Source, SyncRun
from knowledge.services import ring
from knowledge.sources import reader_of
from knowledge.visits import runs
from knowledge.visits.tasks import sync_source

Status = SyncRun.Status


def request_sync(source: Source, user: AbstractUser | None = None) -> SyncRun:
    """The run that will visit it, or the one that waits or runs already. ``SourceError`` if it cannot be visited."""
    reader_of(source)
    run = runs.begin(source, user)
    ring(sync_source, run.pk)
    return run


def approve_removal(run: SyncRun, user: AbstractUser | None) -> SyncRun:
    """Yes, what that visit missed is gone. The source is visited again, and the documents retired that are still
    missing, but no others. Returns the run that does it."""
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=run.source_id)
        asking = SyncRun.objects.filter(pk=run.pk, status=Status.ASKING)
        if other := run.source.runs.filter(status__in=runs.UNFINISHED).first():
            asking.update(status=Status.CANCELLED, error="A later visit took its place.")
            return other
        asking.update(
            status=Status.WAITING,
            removal_approved=True,
            requested_by=user,
            attempts=0,
            lease_expires_at=None,
            finished_at=None,
            error="",
        )
    ring(sync_source, run.pk)
    run.refresh_from_db()
    return run


def cancel(run: SyncRun) -> None:
    """Whoever carries it out notices within a second. Of a run that asks, it is the no: everything stays."""
    asking = SyncRun.objects.filter(pk=run.pk, status=Status.ASKING)
    if asking.update(status=Status.CANCELLED, error="Nothing was retired.", finished_at=timezone.now()):
        return
    idle = SyncRun.objects.filter(pk=run.pk, status=Status.WAITING)
    if not idle.update(status=Status.CANCELLED, finished_at=timezone.now(), lease_expires_at=None):
        SyncRun.objects.filter(pk=run.pk, status=Status.RUNNING).update(cancel_requested=True)
