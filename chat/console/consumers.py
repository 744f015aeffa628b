"""The agents' socket: it says which conversation to look at again, and shows one answer while it is written.

Frames to the page: ``changed`` and ``typing`` with a ``conversation``, ``colleague`` with an ``author``, and
``answer`` with a visitor's answer ``frame``. Frames from it: ``watch`` with a ``conversation``, and ``typing``.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError, InterfaceError
from django.http import Http404

from accounts.models import User
from chat import announcements
from chat.console.access import is_still_here, look_into, staff_of_session
from chat.selectors import running_answer

log = structlog.get_logger(__name__)

SIGNED_OUT = 4401
TRY_AGAIN = 1013
# Rights that end close a socket within two seconds, even one on which nothing happens.
RECHECK_SECONDS = 1.5
LARGEST_ID = 2**63 - 1


class ConsoleConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One page of one agent, who is asked for anew before anything is done or shown."""

    user: User | None = None
    watched: int | None = None
    is_over = False
    rechecking: asyncio.Task[None] | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] not in {"websocket.connect", "websocket.disconnect"}:
            if self.is_over:
                return
            await self._look_up_user()
            if self.user is None:
                await self._end(SIGNED_OUT)
                return
        await super().dispatch(message)

    async def connect(self) -> None:
        await self._look_up_user()
        if self.user is None:
            raise DenyConnection()
        await self.channel_layer.group_add(announcements.AGENTS, self.channel_name)
        await self.accept()
        self.rechecking = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        self.is_over = True
        if self.rechecking:
            self.rechecking.cancel()
        await self.channel_layer.group_discard(announcements.AGENTS, self.channel_name)
        await self._stop_watching()

    async def _look_up_user(self) -> None:
        self.user = await database_sync_to_async(staff_of_session)(self.scope["session"].session_key)

    async def _recheck(self) -> None:
        """Closes the socket where the user may no longer be here, and where nobody can say whether they may."""
        while not self.is_over:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                if not await database_sync_to_async(is_still_here)(self.user, self.scope["session"].session_key):
                    await self._end(SIGNED_OUT)
            except (DatabaseError, InterfaceError) as error:
                log.warning("console_unchecked", error=type(error).__name__)
                await self._end(TRY_AGAIN)

    async def _end(self, code: int) -> None:
        if not self.is_over:
            self.is_over = True
            await self.close(code=code)

    # --- Frames from the page --------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Only our own page speaks here; what it does not say is left unheard."""
        try:
            frame = json.loads(text_data or "")
        except ValueError:
            return
        kind = frame.get("type") if isinstance(frame, dict) else None
        if isinstance(kind, str) and kind in HANDLERS:
            await HANDLERS[kind](self, frame)

    async def on_watch(self, frame: dict[str, Any]) -> None:
        """Follows one conversation, or none; a running answer is asked to repeat itself."""
        conversation_id = frame.get("conversation")
        await self._stop_watching()
        if not isinstance(conversation_id, int) or not 0 < conversation_id <= LARGEST_ID or self.user is None:
            return
        ip = (self.scope.get("client") or [None])[0]
        try:
            await database_sync_to_async(look_into)(conversation_id, self.user, ip)
        except Http404:
            return
        self.watched = conversation_id
        await self.channel_layer.group_add(announcements.visitors(conversation_id), self.channel_name)
        answer = await database_sync_to_async(running_answer)(conversation_id)
        if answer:
            await self.channel_layer.group_send(
                announcements.answer(answer.pk), {"type": "answer.replay", "channel": self.channel_name}
            )

    async def on_typing(self, frame: dict[str, Any]) -> None:
        if self.watched is not None and self.user is not None:
            await self.channel_layer.group_send(
                announcements.visitors(self.watched),
                {"type": "agent.typing", "author": self.user.public_name, "sender": self.channel_name},
            )

    async def _stop_watching(self) -> None:
        if self.watched is not None:
            await self.channel_layer.group_discard(announcements.visitors(self.watched), self.channel_name)
            self.watched = None

    # --- Announcements ---------------------------------------------------------------------

    async def conversation_changed(self, event: dict[str, Any]) -> None:
        """Heard twice for the watched conversation: the visitors' announcement does not say which it is."""
        if "conversation" in event:
            await self.send_json({"type": "changed", "conversation": event["conversation"]})

    async def visitor_typing(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "typing", "conversation": event["conversation"]})

    async def agent_typing(self, event: dict[str, Any]) -> None:
        if event.get("sender") != self.channel_name:
            await self.send_json({"type": "colleague", "author": event["author"]})

    async def answer_frame(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "answer", "frame": event["frame"]})


Handler = Callable[[ConsoleConsumer, dict[str, Any]], Awaitable[None]]

# Every frame that a page may send, by its type.
HANDLERS: dict[str, Handler] = {"watch": ConsoleConsumer.on_watch, "typing": ConsoleConsumer.on_typing}
