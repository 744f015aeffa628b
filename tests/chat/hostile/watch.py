"""Everything that leaves supportbot while a test runs, and whose secrets are in it.

Frames to visitors, bodies of HTTP responses, in one piece or streamed, log records and requests to models; each is
looked through for what whoever is in the chat must not see.
"""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler

from chat.consumers import VisitorConsumer
from tests import canaries, record_canaries

OWN = record_canaries.TOLD | record_canaries.LOOKED_UP


@dataclass(eq=False)
class Watch(logging.Handler):
    """``actor`` is who is in the chat: "anybody", or "customer" for Ada. Nobody ever is Bob, or a member of staff.

    ``secrets`` are words that must not be anywhere; ``for_visitors`` are for their own eyes, and for no model or log.
    """

    actor: str = "anybody"
    secrets: set[str] = field(default_factory=set)
    for_visitors: set[str] = field(default_factory=set)
    frames: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        self.logged.append(logging.Formatter().format(record))

    def reading(self, response: Any) -> Any:
        """The response, whose body is kept: now, or piece by piece as it is sent."""
        if not response.streaming:
            self.bodies.append(response.content.decode(errors="replace"))
            return response
        position = len(self.bodies)
        self.bodies.append("")
        pieces = response.streaming_content

        def keep(piece: bytes) -> bytes:
            self.bodies[position] += piece.decode(errors="replace")
            return piece

        async def kept() -> AsyncIterator[bytes]:
            async for piece in pieces:
                yield keep(piece)

        response.streaming_content = kept() if response.is_async else map(keep, pieces)
        return response

    @property
    def streamed(self) -> str:
        """What was shown of answers while they were written."""
        frames = map(json.loads, self.frames)
        return "".join(frame["text"] for frame in frames if frame["type"] == "answer.delta")

    def leaks(self) -> list[str]:
        """Each as the place and what was found there."""
        shown = OWN | record_canaries.SHOWN
        places = {
            "frames": (self.frames, shown, set[str]()),
            "bodies": (self.bodies, shown, set[str]()),
            "logged": (self.logged, set[str](), self.for_visitors),
            "requests": (map(json.dumps, self.requests), OWN, self.for_visitors),
        }
        return [
            f"{place}: {leak}"
            for place, (texts, own, words) in places.items()
            for leak in sorted(self._in("\n".join(texts), own, words))
        ]

    def _in(self, text: str, own: set[str], words: set[str]) -> set[str]:
        told = own if self.actor == "customer" else set()
        return {
            *(f"Ada's {name}" for name in record_canaries.found("ada", text) - told),
            *(f"Bob's {name}" for name in record_canaries.found("bob", text)),
            *(f"the shelf {slug}" for slug in canaries.leaks(self.actor, text)),
            *(word for word in self.secrets | words if word in text),
        }


@contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()
    send = VisitorConsumer.send_json
    respond, respond_async = BaseHandler.get_response, BaseHandler.get_response_async

    async def send_seen(self: VisitorConsumer, frame: dict[str, Any], close: bool = False) -> None:
        watch.for_visitors |= {frame["session"]} if "session" in frame else set()
        watch.frames.append(json.dumps(frame))
        await send(self, frame, close)

    def respond_seen(self: BaseHandler, request: Any) -> Any:
        return watch.reading(respond(self, request))

    async def respond_async_seen(self: BaseHandler, request: Any) -> Any:
        return watch.reading(await respond_async(self, request))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VisitorConsumer, "send_json", send_seen)
        patch.setattr(BaseHandler, "get_response", respond_seen)
        patch.setattr(BaseHandler, "get_response_async", respond_async_seen)
        logging.getLogger().addHandler(watch)
        try:
            yield watch
        finally:
            logging.getLogger().removeHandler(watch)
