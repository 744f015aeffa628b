"""Telling open sockets to look again.

Announcements say *that* something changed, never what: whoever hears one reads the database with its
own eyes. So a lost one costs a delay and nothing else, and nothing private travels in one.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

AGENTS = "agents"
PATIENCE = 2.0

T = TypeVar("T")


async def attempt(work: Awaitable[T]) -> T | None:
    """What the channel layer gives, or nothing while it is away: what happened has happened all the same."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except (RedisError, OSError) as error:
        log.warning("channel_layer_away", error=type(error).__name__)
        return None


async def tell(group: str, event: dict[str, object]) -> None:
    await attempt(get_channel_layer().group_send(group, event))


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


def question_grew(answer_id: int) -> None:
    """Tells whoever writes this answer that there is more to it than when they began."""
    transaction.on_commit(lambda: _send(answer(answer_id), {"type": "answer.again"}))


def _send(group: str, event: dict[str, object]) -> None:
    async_to_sync(tell)(group, event)
