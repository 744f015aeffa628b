"""Closing the sockets of customers who are not proved any more, also those on which nothing happens.

Every process looks for itself, once a second and in one query for all of its sockets: it does not matter where or how
a customer was deactivated, or got another address.
"""

import asyncio
from collections.abc import Awaitable
from typing import Protocol

import structlog
from channels.db import database_sync_to_async
from django.db import DatabaseError, InterfaceError

from accounts import actors
from accounts.actors import Actor

log = structlog.get_logger(__name__)

SECONDS = 1.0


class Watched(Protocol):
    """A socket of a customer."""

    actor: Actor

    def lost_proof(self) -> Awaitable[None]: ...


class Watch:
    """Of one event loop. It runs while there is a customer's socket to look after."""

    def __init__(self) -> None:
        self.sockets: set[Watched] = set()
        self.task: asyncio.Task[None] | None = None

    def add(self, socket: Watched) -> None:
        self.sockets.add(socket)
        if self.task is None or self.task.done() or self.task.get_loop() is not asyncio.get_running_loop():
            self.task = asyncio.create_task(self._run())

    def discard(self, socket: Watched) -> None:
        self.sockets.discard(socket)

    async def _run(self) -> None:
        while self.sockets:
            await asyncio.sleep(SECONDS)
            try:
                await self._look()
            except (DatabaseError, InterfaceError) as error:
                # Nothing is shown or done meanwhile: each event asks the database, too.
                log.warning("customers_unchecked", error=type(error).__name__)

    async def _look(self) -> None:
        watched = {socket: socket.actor for socket in self.sockets}
        proved = await database_sync_to_async(actors.still_proved)(set(watched.values()))
        lost = [socket for socket, actor in watched.items() if actor not in proved and socket in self.sockets]
        self.sockets.difference_update(lost)
        await asyncio.gather(*(socket.lost_proof() for socket in lost), return_exceptions=True)


watch = Watch()
