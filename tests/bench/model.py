"""A Chat Completions endpoint that answers at once and knows when it was asked."""

import asyncio
from itertools import cycle, islice
from time import perf_counter
from urllib.parse import urlsplit

from tests.chat.llm.model_server import DONE, ModelServer, chunk

TOKENS = 1_000
# "[0]" says that the sources do not answer, which is as short as an answer can be.
SHORT = [chunk({"content": "[0]"}), chunk({}, "stop"), DONE]
SENTENCE = "Sign in as the owner and open the page where the plans of the account are listed [1].\n"
LONG = [
    *(chunk({"content": f"{word} "}) for word in islice(cycle(SENTENCE.split(" ")), TOKENS)),
    chunk({}, "stop"),
    DONE,
]


class TimedModel(ModelServer):
    """``arrived`` are the moments at which requests were read. A ``mode`` of "long" streams as fast as it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[float] = []

    async def reply(self, model: str, writer: asyncio.StreamWriter) -> None:
        self.arrived.append(perf_counter())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in LONG if model == "long" else SHORT:
            self.write_chunk(writer, part)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def raw_seconds(model: TimedModel) -> float:
    """The same stream, read by nobody but the operating system."""
    model.arrived.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(model.url).port)
    body = b'{"model": "long"}'
    head = f"POST /v1/chat/completions HTTP/1.1\r\nAuthorization: none\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await reader.read()
    writer.close()
    return perf_counter() - model.arrived[0]
