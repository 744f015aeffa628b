"""What is not kept for ever. What was said stays; what it took to say it, and what was not sent, goes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Attachment, Message, VerificationCode

# Answers that are being written wait for a writer of SQLite: no batch may take long.
BATCH = 500
KEPT_UNSENT = timedelta(days=1)


def forget_traces(days: int) -> int:
    """Empties the traces of answers older than this. Returns how many; stopped halfway, the next run goes on."""
    old = traces_before(timezone.now() - timedelta(days=days))
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += Message.objects.filter(pk__in=batch).update(trace={})
    return forgotten


def traces_before(moment: datetime) -> QuerySet[Message]:
    """The oldest first, as the index has them that holds only messages with a trace."""
    return Message.objects.filter(created_at__lt=moment).exclude(trace={}).order_by("created_at")


def forget_unsent_images() -> int:
    """Images that were attached a day ago to no message. Returns how many."""
    unsent = Attachment.objects.filter(message=None, created_at__lt=timezone.now() - KEPT_UNSENT).order_by("created_at")
    forgotten = 0
    while batch := list(unsent.values_list("pk", flat=True)[:BATCH]):
        forgotten += _delete_unsent(batch)
    return forgotten


def forget_codes() -> int:
    """Codes that were never entered, with the addresses they were asked for. Returns how many."""
    return VerificationCode.objects.filter(expires_at__lt=timezone.now()).delete()[0]


@transaction.atomic
def _delete_unsent(ids: list[int]) -> int:
    """But for those that are sent in this very moment, which whoever sends them holds."""
    held = Attachment.objects.select_for_update().filter(pk__in=ids, message=None)
    deleted, _ = Attachment.objects.filter(pk__in=[each.pk for each in held]).delete()
    return deleted
