"""Telling open sockets to look again.

Announcements say *that* something changed, or how far messages go by now, never what: whoever hears one reads the
database with its own eyes. So a lost one costs a delay and nothing else, and nothing private travels in one.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog
from asgiref.sync import SyncToAsync, async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

AGENTS = "agents"
PATIENCE = 2.0

T = TypeVar("T")

# What is being sent: nothing else holds on to it.
_sending: set[asyncio.Future[Any]] = set()


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


def conversation_changed(conversation_id: int, seq: int | None = None) -> None:
    """Announced once the current transaction is committed, to visitors and to agents.

    ``seq`` is that of a new message: whoever has it, having written it or looked, need not look again.
    """
    changed = {"type": "conversation.changed", "conversation": conversation_id, "seq": seq}
    transaction.on_commit(lambda: _send(changed, visitors(conversation_id), AGENTS))


def stop_answer(answer_id: int) -> None:
    """Asks whoever writes this answer, in whichever process, to stop."""
    transaction.on_commit(lambda: _send({"type": "answer.stop"}, answer(answer_id)))


def question_grew(answer_id: int) -> None:
    """Tells whoever writes this answer that there is more to it than when they began."""
    transaction.on_commit(lambda: _send({"type": "answer.again"}, answer(answer_id)))


def _send(event: dict[str, object], *groups: str) -> None:
    """Without waiting where a server's loop runs: its one thread for the database has other work than Redis."""
    loop = _server_loop()
    if loop:
        loop.call_soon_threadsafe(_begin, event, groups)
    else:
        async_to_sync(_tell_all)(event, groups)


def _server_loop() -> asyncio.AbstractEventLoop | None:
    """The loop on whose behalf this thread works, if it does."""
    loop: asyncio.AbstractEventLoop | None = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
    return loop if loop and loop.is_running() else None


def _begin(event: dict[str, object], groups: tuple[str, ...]) -> None:
    sending = asyncio.ensure_future(_tell_all(event, groups))
    _sending.add(sending)
    sending.add_done_callback(_sending.discard)


async def _tell_all(event: dict[str, object], groups: tuple[str, ...]) -> None:
    await asyncio.gather(*(tell(group, event) for group in groups))
