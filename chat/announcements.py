"""Telling open sockets to look again.

Announcements say *that* something changed, never what: whoever hears one reads the database with its
own eyes. So a lost one costs a delay and nothing else, and nothing private travels in one.
"""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

AGENTS = "agents"


def visitors(conversation_id: int) -> str:
    """The group of a conversation's visitor sockets."""
    return f"visitors.{conversation_id}"


def answer(answer_id: int) -> str:
    """The group on which the process that writes an answer hears requests about it."""
    return f"answer.{answer_id}"


def conversation_changed(conversation_id: int) -> None:
    """Announced once the current transaction is committed, to visitors and to agents."""
    transaction.on_commit(lambda: _send(visitors(conversation_id), {"type": "conversation.changed"}))
    transaction.on_commit(lambda: _send(AGENTS, {"type": "conversation.changed", "conversation": conversation_id}))


def stop_answer(answer_id: int) -> None:
    """Asks whoever writes this answer, in whichever process, to stop."""
    transaction.on_commit(lambda: _send(answer(answer_id), {"type": "answer.stop"}))


def _send(group: str, event: dict[str, object]) -> None:
    async_to_sync(get_channel_layer().group_send)(group, event)
