"""Conversations that go, whoever wants them gone: with all that was said in them, and with their files."""

from collections import Counter

from django.db import transaction
from django.db.models import QuerySet

from chat import announcements
from chat.models import Conversation, Message

# Answers that are being written wait for a writer of SQLite: no batch may take long.
BATCH = 500


def remove(conversation_id: int, among: QuerySet[Conversation]) -> Counter[str]:
    """How many rows went of each model: none unless the conversation is one of ``among``, asked anew for each batch.

    A running answer is told to stop, and its writer finds nothing to store it in. Whoever has the conversation open
    learns that it is gone. Killed in the middle, it leaves a shorter conversation and no file without a row.
    """
    gone: Counter[str] = Counter()
    while batch := remove_batch(conversation_id, among):
        gone += batch
    return gone


@transaction.atomic
def remove_batch(conversation_id: int, among: QuerySet[Conversation]) -> Counter[str]:
    """Whoever adds to a conversation holds its row: nothing comes in between. Empty when it is gone."""
    held = among.select_for_update(of=["self"]).filter(pk=conversation_id).first()
    if held is None:
        return Counter()
    for answer in held.messages.filter(status=Message.Status.STREAMING):
        announcements.stop_answer(answer.pk)
    for attachment in held.attachments.all():
        # Before its row. The other way round nobody would know of a file whose turn did not come.
        attachment.file.storage.delete(str(attachment.file.name))
    batch = list(held.messages.order_by("pk").values_list("pk", flat=True)[: BATCH + 1])
    if len(batch) > BATCH:
        return Counter(held.messages.filter(pk__in=batch[:BATCH]).delete()[1])
    announcements.conversation_changed(conversation_id)
    return Counter(held.delete()[1])
