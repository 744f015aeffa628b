"""A real HTTP server on loopback that speaks Chat Completions, and its faults: the model's name picks one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar


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


def tool_chunk(arguments: str, id: str = "t1", **start: Any) -> bytes:
    return chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments, **start}, "id": id}]})


TOOL = [tool_chunk("", name="get_order"), tool_chunk('{"order_id": "12'), tool_chunk('34"}')]

STREAMS: dict[str, list[bytes]] = {
    "good": [*HELLO, chunk({}, "stop"), USAGE, DONE],
    "cut_clean": HELLO,
    "cut_eof": [*HELLO, DONE],
    "err_event": [HELLO[1], b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'],
    "bad_json": [HELLO[1], b"data: {not json\n\n"],
    "tool": [*TOOL, chunk({}, "tool_calls"), DONE],
    "tool_used": [*TOOL, chunk({}, "tool_calls"), USAGE, DONE],
    "tool_cut": TOOL[:2],
    "tool_broken": [*TOOL[:2], chunk({}, "tool_calls"), DONE],
    "tool_twice": [*TOOL, tool_chunk("{}", id="t2"), chunk({}, "tool_calls"), DONE],
    "tool_huge": [*TOOL[:2], *[tool_chunk("x" * 10_000)] * 100, tool_chunk('"}'), chunk({}, "tool_calls"), DONE],
    "tool_stop": [*TOOL, chunk({}, "stop"), DONE],
    "tool_none": [chunk({}, "tool_calls"), DONE],
    "nonsense": [b'data: {"choices": "all", "usage": 7}\n\n', b"data: [1, 2]\n\n", DONE],
    "flood": [*[chunk({"content": "x" * 10_000})] * 100, chunk({}, "stop"), DONE],
    "length": [*HELLO, chunk({}, "length"), DONE],
    "empty": [chunk({}, "stop"), DONE],
}


# What they answer to images: vLLM and OpenAI, and llama.cpp.
BLIND = {"blind": "400", "textual": "no_images"}


def has_images(request: dict[str, Any]) -> bool:
    return any(isinstance(message["content"], list) for message in request["messages"])


class ModelServer:
    """``mode``, while it is set, is what every model does. ``at_once`` is how many requests were answered together."""

    mode = ""
    at_once = most_at_once = 0

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head.decode().splitlines() if ": " in line)
            request = json.loads(await reader.readexactly(int(headers["content-length"])))
            self.keys.append(headers["authorization"])
            self.requests.append(request)
            self.most_at_once = max(self.at_once, self.most_at_once)
            await self.reply(self.this_time(self.mode or request["model"]), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once -= 1
            writer.close()

    def this_time(self, model: str) -> str:
        """Some are not the same each time they are asked."""
        if model == "flaky":
            return "503" if len(self.requests) == 1 else "good"
        if model == "tool_then_503":
            has_result = any("tool_calls" in message for message in self.requests[-1]["messages"])
            return "503" if has_result else "tool_used"
        if model in ("blind", "textual"):
            return BLIND[model] if has_images(self.requests[-1]) else "good"
        if model in ("newer", "older"):
            refused = "max_tokens" if model == "newer" else "max_completion_tokens"
            return f"no {refused}" if refused in self.requests[-1] else "good"
        return model

    async def reply(self, model: str, writer: asyncio.StreamWriter) -> None:
        if model == "never":
            await asyncio.sleep(30)
        if model == "later":
            return self.plain(writer, 429, "application/json", b"{}", "Retry-After: 100\r\n")
        if model == "no_images":
            body = b'{"error": {"message": "image input is not supported by this server"}}'
            return self.plain(writer, 500, "application/json", body)
        if model == "elsewhere":
            return self.plain(writer, 307, "text/plain", b"", f"Location: {self.url}/caught\r\n")
        if model.startswith("no "):
            said = f"Unsupported parameter: '{model.removeprefix('no ')}' is not supported with this model."
            return self.plain(writer, 400, "application/json", json.dumps({"error": {"message": said}}).encode())
        if model.isdigit():
            return self.plain(writer, int(model), "application/json", b'{"error": {"message": "no"}}')
        if model == "html200":
            return self.plain(writer, 200, "text/html", b"<html><body>Sign in to the proxy</body></html>")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        if model in ("stall", "drip", "idle", "cut_chunked"):
            return await self.slow(model, writer)
        for part in STREAMS[model]:
            self.write_chunk(writer, part)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return None

    async def slow(self, model: str, writer: asyncio.StreamWriter) -> None:
        said = HELLO[0] if model == "idle" else HELLO[1]
        self.write_chunk(writer, said)
        await writer.drain()
        if model == "cut_chunked":
            writer.transport.abort()
        elif model == "stall":
            await asyncio.sleep(30)
        for _ in range(300 if model in ("drip", "idle") else 0):
            self.write_chunk(writer, said)
            await writer.drain()
            await asyncio.sleep(0.05)

    @staticmethod
    def write_chunk(writer: asyncio.StreamWriter, part: bytes) -> None:
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")

    @staticmethod
    def plain(writer: asyncio.StreamWriter, status: int, kind: str, body: bytes, more: str = "") -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)


M = TypeVar("M", bound=ModelServer)


@asynccontextmanager
async def model_server(model: M) -> AsyncIterator[M]:
    server = await asyncio.start_server(model.handle, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.close()
