"""What is not kept for ever. What was said stays; what it took to say it goes."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Message

# Answers that are being written wait for a writer of SQLite: no batch may take long.
BATCH = 500


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
