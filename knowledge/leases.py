"""Who is working on what. The database remembers it, so a killed worker loses time and nothing else."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from knowledge.batches import batches
from knowledge.models import Document

# Longer than anything takes between two renewals.
LEASE = timedelta(minutes=5)
# A worker that is at it renews its leases more often. One that was killed is silent long before they run out.
SILENCE = timedelta(minutes=2)
# A document that takes its worker down with it must not do so for ever.
MOST_ATTEMPTS = 5
SUSPICIOUS_ATTEMPTS = 2
DOCUMENTS_AT_ONCE = 500
FIRST_RETRY = timedelta(seconds=30)

Status = Document.Status
# A draft is read when it is published, and what was retired when it is put back.
WANTED = Q(publication=Document.Publication.PUBLISHED)


def apart(document_ids: Iterable[int]) -> Iterator[list[int]]:
    """All together, but for those that were interrupted more than once: each by itself, so that one that takes its
    worker down with it does so to no other."""
    for some in batches(document_ids, DOCUMENTS_AT_ONCE):
        interrupted = Document.objects.filter(pk__in=some, attempts__gte=SUSPICIOUS_ATTEMPTS)
        alone = set(interrupted.values_list("pk", flat=True))
        yield [document_id for document_id in some if document_id not in alone]
        yield from ([document_id] for document_id in some if document_id in alone)


def claim(document_id: int) -> Document | None:
    """The document, for this worker alone, or None if it is done, gone, or somebody else's."""
    free = Q(status=Status.PENDING) | Q(status=Status.PROCESSING, lease_expires_at__lt=timezone.now())
    with transaction.atomic():
        claimed = Document.objects.filter(free, WANTED, pk=document_id).update(
            status=Status.PROCESSING,
            lease_expires_at=timezone.now() + LEASE,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
        )
        return Document.objects.select_related("collection").get(pk=document_id) if claimed else None


def held(document: Document) -> QuerySet[Document]:
    """The row, if it is still this worker's: not edited since, not taken over after a pause."""
    return Document.objects.filter(
        pk=document.pk, revision=document.revision, fence=document.fence, status=Status.PROCESSING
    )


def renew(documents: Iterable[Document]) -> None:
    for document in documents:
        held(document).update(lease_expires_at=timezone.now() + LEASE)


def heard_until() -> datetime:
    """What is leased for longer was claimed or renewed lately: a worker is at it."""
    return timezone.now() + LEASE - SILENCE


def release(documents: Iterable[Document], *, tried: bool) -> None:
    """A worker that is told to stop does not keep the next one waiting, and has not ``tried``."""
    for document in documents:
        attempts = document.attempts if tried else document.attempts - 1
        held(document).update(status=Status.PENDING, lease_expires_at=timezone.now(), attempts=attempts)


def postpone(document: Document) -> None:
    """Later, and later still each time, for as long as it takes: what failed is not the document's fault."""
    wait = FIRST_RETRY * 2 ** (document.attempts - 1)
    tried = min(document.attempts, MOST_ATTEMPTS - 1)
    held(document).update(status=Status.PENDING, attempts=tried, lease_expires_at=timezone.now() + wait)


def take_unfinished() -> list[int]:
    """The documents nobody is working on. Each is handed out once per lease, however often this is asked."""
    now = timezone.now()
    lost = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=now)
    with transaction.atomic():
        unfinished = Document.objects.filter(lost, WANTED, status__in=[Status.PENDING, Status.PROCESSING])
        ids = list(unfinished.order_by("pk").values_list("pk", flat=True)[:1000])
        Document.objects.filter(pk__in=ids).update(status=Status.PENDING, lease_expires_at=now + LEASE)
    return ids
