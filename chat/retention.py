"""What is not kept for ever, and for how long it is kept. ``manage.py forget`` and every night go by this list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chat.models import Attachment, Conversation, Message, VerificationCode
from chat.removal import BATCH, remove

ATTACHMENTS = "attachments"
ONE_DAY = 1


@dataclass(frozen=True)
class Kind:
    """``forget`` and ``count`` are told up to which moment. ``setting`` says after how many days; 0 is for ever."""

    what: str
    forget: Callable[[datetime], int]
    count: Callable[[datetime], int]
    setting: str = ""

    @property
    def days(self) -> int:
        return getattr(settings, self.setting) if self.setting else ONE_DAY

    @property
    def until(self) -> datetime:
        return timezone.now() - timedelta(days=self.days)


def forget() -> dict[str, int]:
    """Everything whose time is over. Stopped halfway, the next run goes on."""
    return {kind.what: kind.forget(kind.until) for kind in KINDS if kind.days}


# --- Conversations -------------------------------------------------------------------------


def over(owner: Q, until: datetime) -> QuerySet[Conversation]:
    """Those in which nothing has happened since, the oldest first, as an index has them.

    Never one that waits for a person or is with one, nor one in which an answer is being written.
    """
    writing = Message.objects.filter(conversation=OuterRef("pk"), status=Message.Status.STREAMING)
    at_rest = Q(mode__in=[Conversation.Mode.BOT, Conversation.Mode.RESOLVED]) & ~Exists(writing)
    return Conversation.objects.filter(owner, at_rest, updated_at__lt=until).order_by("updated_at")


def forget_conversations(owner: Q, until: datetime) -> int:
    """Those in which something happens meanwhile are left alone."""
    old, forgotten = over(owner, until), 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += sum(bool(remove(pk, among=old.order_by())) for pk in batch)
    return forgotten


# --- What it took to answer, and what was never sent ----------------------------------------


def traces_before(moment: datetime) -> QuerySet[Message]:
    """The oldest first, as the index has them that holds only messages with a trace."""
    return Message.objects.filter(created_at__lt=moment).exclude(trace={}).order_by("created_at")


def forget_traces(until: datetime) -> int:
    """Of the answers as they were given only what was said stays."""
    forgotten = 0
    while batch := list(traces_before(until).values_list("pk", flat=True)[:BATCH]):
        forgotten += Message.objects.filter(pk__in=batch).update(trace={})
    return forgotten


def unsent_before(moment: datetime) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message=None, created_at__lt=moment).order_by("created_at")


def forget_unsent_images(until: datetime) -> int:
    forgotten = 0
    while batch := list(unsent_before(until).values_list("pk", flat=True)[:BATCH]):
        forgotten += _delete_unsent(batch)
    return forgotten


def codes_before(moment: datetime) -> QuerySet[VerificationCode]:
    """Those that were never entered, with the addresses they were asked for."""
    return VerificationCode.objects.filter(expires_at__lt=moment)


@transaction.atomic
def _delete_unsent(ids: list[int]) -> int:
    """But for those that are sent in this very moment, which whoever sends them holds."""
    held = Attachment.objects.select_for_update().filter(pk__in=ids, message=None)
    deleted, _ = Attachment.objects.filter(pk__in=[each.pk for each in held]).delete()
    return deleted


def stray_files(until: datetime) -> Iterator[str]:
    """Images without a row: whoever was to write or to delete one of the two did not live to do it."""
    if not default_storage.exists(ATTACHMENTS):
        return
    known = set(Attachment.objects.values_list("file", flat=True))
    for name in default_storage.listdir(ATTACHMENTS)[1]:
        file = f"{ATTACHMENTS}/{name}"
        if file not in known and default_storage.get_modified_time(file) < until:
            yield file


def forget_stray_files(until: datetime) -> int:
    files = list(stray_files(until))
    for file in files:
        default_storage.delete(file)
    return len(files)


KNOWN, UNKNOWN = Q(customer__isnull=False), Q(customer__isnull=True)
KINDS = [
    Kind(
        "Conversations of customers",
        partial(forget_conversations, KNOWN),
        lambda until: over(KNOWN, until).count(),
        "CONVERSATION_DAYS",
    ),
    Kind(
        "Conversations of visitors",
        partial(forget_conversations, UNKNOWN),
        lambda until: over(UNKNOWN, until).count(),
        "VISITOR_DAYS",
    ),
    Kind("Traces of answers", forget_traces, lambda until: traces_before(until).count(), "TRACE_DAYS"),
    Kind("Images that were not sent", forget_unsent_images, lambda until: unsent_before(until).count()),
    Kind(
        "Codes that were not entered",
        lambda until: codes_before(until).delete()[0],
        lambda until: codes_before(until).count(),
    ),
    Kind("Files that nothing names", forget_stray_files, lambda until: sum(1 for _ in stray_files(until))),
]
