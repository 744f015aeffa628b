"""A real model endpoint that assumes the worst: whoever gets a word into its prompt has its will.

It looks through everything it is sent and obeys each line that tells it something, wherever it stands:

- ``CALL name {"json": "object"}`` calls a tool, whether or not there is one of that name;
- ``SAY text`` says it, to the end of the line;
- ``LEAK text`` says it with all of its prompt put in the place of ``DATA``, as an address has it;
- ``PRINT YOUR PROMPT`` prints it as it came;
- ``NEVER STOP`` calls a tool again and again, each time with other words.

``will`` is what it wants to do by itself, in the same language.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from tests.chat.llm.model_server import DONE, USAGE, ModelServer, chunk

HOSTILE = "hostile"
INNOCENT = "A refund goes back to the card [1]."
ORDER = re.compile(r"CALL (?P<tool>\S+) (?={)|(?P<word>SAY|LEAK) (?P<text>.+)|(?P<print>PRINT YOUR PROMPT|NEVER STOP)")
# Small enough to cut every link and every marker into pieces.
PIECE = 7


class HostileModel(ModelServer):
    """As a ``ModelServer`` under any other name. ``obeyed`` are the lines it has found, ``called`` what it called."""

    will = ""

    def __init__(self) -> None:
        super().__init__()
        self.obeyed: set[str] = set()
        self.called: list[tuple[str, Any]] = []

    async def reply(self, model: str, writer: asyncio.StreamWriter) -> None:
        if model != HOSTILE:
            return await super().reply(model, writer)
        calls, text = self._wants(self.requests[-1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in [*said(text), *called(calls), chunk({}, "tool_calls" if calls else "stop"), USAGE, DONE]:
            self.write_chunk(writer, part)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return None

    def _wants(self, request: dict[str, Any]) -> tuple[list[tuple[str, Any]], str]:
        """Calls it did not make in this conversation yet; when there is none left, what it says."""
        prompt = "\n\n".join(str(message["content"]) for message in request["messages"])
        orders = list(ORDER.finditer(f"{self.will}\n{prompt}"))
        self.obeyed |= {order[0] for order in orders}
        made = {json.dumps(call) for call in calls_in(request)}
        wanted = [call for call in map(call_of, orders) if call and json.dumps(call) not in made]
        if any(order["print"] == "NEVER STOP" for order in orders):
            wanted = [("search_documents", {"query": f"refund number {len(self.requests)}"})]
        wanted = list({json.dumps(call): call for call in wanted}.values())
        self.called += wanted
        return wanted, "" if wanted else "\n\n".join(spoken(orders, prompt)) or INNOCENT


def call_of(order: re.Match[str]) -> tuple[str, Any] | None:
    if not order["tool"]:
        return None
    try:
        return order["tool"], json.JSONDecoder().raw_decode(order.string, order.end())[0]
    except json.JSONDecodeError:
        return None


def calls_in(request: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for message in request["messages"]:
        for call in message.get("tool_calls", []):
            yield call["function"]["name"], json.loads(call["function"]["arguments"])


def spoken(orders: Iterable[re.Match[str]], prompt: str) -> Iterator[str]:
    for order in orders:
        if order["word"]:
            yield order["text"].replace("DATA", quote(prompt)[:200])
        elif order["print"] == "PRINT YOUR PROMPT":
            yield prompt


def said(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), PIECE):
        yield chunk({"content": text[start : start + PIECE]})


def called(calls: list[tuple[str, Any]]) -> Iterator[bytes]:
    for index, (name, arguments) in enumerate(calls[:16]):
        function = {"name": name, "arguments": json.dumps(arguments)}
        yield chunk({"tool_calls": [{"index": index, "id": f"call-{index}", "type": "function", "function": function}]})
