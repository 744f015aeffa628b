"""Closing the sockets of customers who are not proved any more, also those on which nothing happens.

Every process looks for itself, once a second and in three queries for all of its sockets: it does not matter where or
how a customer was deactivated, or got another address, or a key was retired.
"""

import asyncio
from collections.abc import Awaitable, Collection
from time import monotonic
from typing import Protocol

import structlog
from channels.db import database_sync_to_async
from django.db import DatabaseError, InterfaceError

from accounts import actors
from accounts.actors import Actor
from chat.models import SigningKey, Widget

log = structlog.get_logger(__name__)

SECONDS = 1.0
# A socket proves itself anew after this long: a token that was good when it came may be long past by now.
LONGEST = 12 * 3600.0


class Watched(Protocol):
    """A socket of a customer. ``proved_at`` is on the monotonic clock."""

    widget: Widget
    actor: Actor
    proved_at: float

    def lost_proof(self) -> Awaitable[None]: ...

    def grew_old(self) -> Awaitable[None]: ...


def still_let_in(asked: Collection[tuple[int, Actor]]) -> set[tuple[int, Actor]]:
    """Those customers, each with the id of the widget they use, whom that would let in again for what they proved."""
    proved = actors.still_proved({actor for _, actor in asked})
    active = set(
        Widget.objects.filter(pk__in={widget for widget, _ in asked}, is_active=True).values_list("pk", flat=True)
    )
    keys = set(SigningKey.objects.filter(widget__in=active, retired_at=None).values_list("widget", "kid"))
    return {
        (widget, actor)
        for widget, actor in asked
        if actor in proved and widget in active and _is_live(widget, actor, keys)
    }


def _is_live(widget: int, actor: Actor, keys: Collection[tuple[int, str]]) -> bool:
    kid = actor.proof.kid if actor.proof else ""
    return not kid or (widget, kid) in keys


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
        watched = {socket: (socket.widget.pk, socket.actor) for socket in self.sockets}
        let_in = await database_sync_to_async(still_let_in)(set(watched.values()))
        lost = {socket for socket, who in watched.items() if who not in let_in} & self.sockets
        old = {socket for socket in self.sockets - lost if monotonic() - socket.proved_at > LONGEST}
        self.sockets -= lost | old
        ended = [*(socket.lost_proof() for socket in lost), *(socket.grew_old() for socket in old)]
        await asyncio.gather(*ended, return_exceptions=True)


watch = Watch()
