"""What a process and its parser say to each other: a line of JSON and a text, each with its length before it.

Nothing in it is code. A parser that was taken over can send another text, and no more.
"""

import json
import struct
import time
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from socket import socket
from typing import Any

from knowledge.loaders.base import Loaded

LENGTHS = struct.Struct("!II")
LONGEST_HEAD = 1024**2
AT_ONCE = 1024**2


class Trouble(Enum):
    """Why there is no text, where the loader itself could not say."""

    SLOW = "slow"
    BUSY = "busy"
    MEMORY = "memory"
    LONG = "long"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Request:
    """``seconds`` are those of the clock, ``cpu_seconds`` those of work."""

    loader: str
    path: str
    source: bytes | str
    seconds: int = 60
    cpu_seconds: int = 30
    most_characters: int = 2_000_000


@dataclass(frozen=True)
class Answer:
    """A document, or a sentence for its editor, or trouble. ``is_last``: this parser ends now, by itself."""

    loaded: Loaded | None = None
    sentence: str = ""
    trouble: Trouble = Trouble.CRASHED
    reason: str = ""
    is_last: bool = False


class Closed(Exception):
    """The other side is gone."""


class TooLong(Exception):
    """The other side wants to say more than anybody wants to hear."""


def send_request(connection: socket, request: Request) -> None:
    head = {key: value for key, value in vars(request).items() if key != "source"}
    is_text = isinstance(request.source, str)
    body = request.source.encode("utf-8", "replace") if isinstance(request.source, str) else request.source
    send(connection, {**head, "is_text": is_text}, body)


def receive_request(connection: socket) -> Request:
    head, body = receive(connection, most=2**32)
    is_text = head.pop("is_text")
    return Request(**head, source=body.decode() if is_text else body)


def send_answer(connection: socket, answer: Answer) -> None:
    head: dict[str, Any] = {**vars(answer), "trouble": answer.trouble.value, "loaded": None}
    body = b""
    if loaded := answer.loaded:
        moment = loaded.updated_at
        head["loaded"] = {**vars(loaded), "markdown": "", "updated_at": moment and moment.isoformat()}
        body = loaded.markdown.encode("utf-8", "replace")
    send(connection, head, body)


def receive_answer(connection: socket, most_characters: int, deadline: float) -> Answer:
    head, body = receive(connection, 4 * most_characters, deadline)
    loaded = head.pop("loaded")
    if loaded:
        moment = loaded.pop("updated_at")
        loaded |= {"markdown": storable(body.decode()), "page_starts": tuple(loaded["page_starts"])}
        loaded |= {name: storable(loaded[name]) for name in ("title", "description")}
        loaded["questions"] = tuple(map(storable, loaded["questions"]))
        loaded = Loaded(**loaded, updated_at=datetime.fromisoformat(moment) if moment else None)
    return Answer(**{**head, "loaded": loaded, "trouble": Trouble(head["trouble"])})


def storable(text: str) -> str:
    """Without what no database takes: NUL, and halves of characters. As long as before, for the places of pages."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def send(connection: socket, head: dict[str, Any], body: bytes) -> None:
    line = json.dumps(head).encode()
    connection.sendall(LENGTHS.pack(len(line), len(body)) + line + body)


def receive(connection: socket, most: int, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    head, body = LENGTHS.unpack(receive_exactly(connection, LENGTHS.size, deadline))
    if head > LONGEST_HEAD or body > most:
        raise TooLong
    line = receive_exactly(connection, head, deadline)
    return json.loads(line), receive_exactly(connection, body, deadline)


def receive_exactly(connection: socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        if deadline is not None:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
        some = connection.recv(min(size - len(data), AT_ONCE))
        if not some:
            raise Closed
        data += some
    return bytes(data)
