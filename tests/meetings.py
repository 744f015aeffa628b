"""No two customers ever meet, whatever a test is about.

Sent by one socket, in one response, one prompt, one mail or one log record is the data of one customer at most.

Data is known by its canaries (``record_canaries``). Whoever works for the company may see several customers at once.
"""

import json
import logging
import re
from typing import Any

from django.core import mail
from django.core.handlers.base import BaseHandler

from chat.consumers import VisitorConsumer
from chat.llm.base import ModelRequest

OWNER = re.compile(r"canary-([a-z]+)-[a-z_.]+-")


class Meetings(logging.Handler):
    """Of one test at a time. ``begin`` forgets the one before, and listens again where that set up the logs anew."""

    def begin(self) -> None:
        logging.getLogger().addHandler(self)
        self.seen: list[str] = []
        self.by_socket: dict[VisitorConsumer, set[str]] = {}

    def look(self, place: str, text: str) -> None:
        if len(owners := owners_in(text)) > 1:
            self.seen.append(f"{place}: {', '.join(sorted(owners))}")

    def look_at_frame(self, socket: VisitorConsumer, frame: dict[str, Any]) -> None:
        met = self.by_socket.setdefault(socket, set())
        met |= owners_in(json.dumps(frame))
        if len(met) > 1:
            self.seen.append(f"a socket, with {frame['type']}: {', '.join(sorted(met))}")

    def look_at_response(self, request: Any, response: Any) -> Any:
        is_ours = "Authorization" in request.headers or getattr(getattr(request, "user", None), "is_staff", False)
        if not response.streaming and not is_ours:
            self.look(request.path, response.content.decode(errors="replace"))
        return response

    def emit(self, record: logging.LogRecord) -> None:
        self.look(f"the log of {record.name}", f"{record.getMessage()} {record.__dict__}")

    def all(self) -> list[str]:
        for message in getattr(mail, "outbox", []):
            self.look("a mail", str(message.message()))
        return self.seen


def owners_in(text: str) -> set[str]:
    return set(OWNER.findall(text))


meetings = Meetings()
meetings.begin()


def watch_for_meetings() -> None:
    """From now on, in this process."""
    send, ask = VisitorConsumer.send_json, ModelRequest.__init__
    respond, respond_async = BaseHandler.get_response, BaseHandler.get_response_async

    async def send_json(self: VisitorConsumer, content: dict[str, Any], close: bool = False) -> None:
        meetings.look_at_frame(self, content)
        await send(self, content, close)

    def init(self: ModelRequest, *args: Any, **kwargs: Any) -> None:
        ask(self, *args, **kwargs)
        meetings.look("a prompt", f"{self.messages} {self.tools}")

    def get_response(self: BaseHandler, request: Any) -> Any:
        return meetings.look_at_response(request, respond(self, request))

    async def get_response_async(self: BaseHandler, request: Any) -> Any:
        return meetings.look_at_response(request, await respond_async(self, request))

    VisitorConsumer.send_json = send_json
    ModelRequest.__init__ = init  # type: ignore[method-assign]
    BaseHandler.get_response = get_response  # type: ignore[method-assign]
    BaseHandler.get_response_async = get_response_async  # type: ignore[method-assign]
