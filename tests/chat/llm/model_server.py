"""A real HTTP server on loopback that speaks Chat Completions, and its faults: the model's name picks one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **extra: Any) -> bytes:
    body = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}],
        **extra,
    }
    return f"data: {json.dumps(body)}\n\n".encode()


DONE = b"data: [DONE]\n\n"
HELLO = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Refunds "}),
    chunk({"content": "take days [1]."}),
]
USAGE = chunk(usage={"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10})


def tool_chunk(arguments: str, finish: str | None = None, **start: Any) -> bytes:
    return chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments, **start}, "id": "t1"}]}, finish)


TOOL = [tool_chunk("", name="get_order"), tool_chunk('{"order_id": "12'), tool_chunk('34"}')]

STREAMS: dict[str, list[bytes]] = {
    "good": [*HELLO, chunk({}, "stop"), USAGE, DONE],
    "cut_clean": HELLO,
    "cut_eof": [*HELLO, DONE],
    "err_event": [HELLO[1], b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'],
    "bad_json": [HELLO[1], b"data: {not json\n\n"],
    "tool": [*TOOL, chunk({}, "tool_calls"), DONE],
    "tool_cut": TOOL[:2],
    "tool_broken": [*TOOL[:2], chunk({}, "tool_calls"), DONE],
}


class ModelServer:
    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.decode().splitlines() if line.lower().startswith("content-length")
            )
            request = json.loads(await reader.readexactly(length))
            self.requests.append(request)
            await self.reply(request["model"], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def reply(self, model: str, writer: asyncio.StreamWriter) -> None:
        if model == "never":
            await asyncio.sleep(30)
        if model.isdigit():
            return self.plain(writer, int(model), "application/json", b'{"error": {"message": "no"}}')
        if model == "flaky":
            if len(self.requests) == 1:
                return self.plain(writer, 503, "application/json", b"{}")
            model = "good"
        if model == "html200":
            return self.plain(writer, 200, "text/html", b"<html><body>Sign in to the proxy</body></html>")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        if model in ("stall", "drip", "cut_chunked"):
            return await self.slow(model, writer)
        for part in STREAMS[model]:
            self.write_chunk(writer, part)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return None

    async def slow(self, model: str, writer: asyncio.StreamWriter) -> None:
        self.write_chunk(writer, HELLO[1])
        await writer.drain()
        if model == "cut_chunked":
            writer.transport.abort()
        elif model == "stall":
            await asyncio.sleep(30)
        for _ in range(300 if model == "drip" else 0):
            self.write_chunk(writer, HELLO[1])
            await writer.drain()
            await asyncio.sleep(0.05)

    @staticmethod
    def write_chunk(writer: asyncio.StreamWriter, part: bytes) -> None:
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")

    @staticmethod
    def plain(writer: asyncio.StreamWriter, status: int, kind: str, body: bytes) -> None:
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    model = ModelServer()
    server = await asyncio.start_server(model.handle, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.close()
