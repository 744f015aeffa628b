"""Any server that speaks OpenAI's Chat Completions, with the deadlines and checks the SDK leaves out.

The SDK ends normally on a stream that was cut cleanly, on one that ends inside a tool call, and on an
HTML page with status 200; a bad line in a stream is no error of its own; its timeout counts per read.
So: no ``finish_reason``, no answer; three deadlines of ours; every failure becomes one ModelError.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from chat.errors import ModelError
from chat.llm.base import ChatModel, Finished, ModelEvent, ModelRequest, TextDelta, ToolCall

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

log = structlog.get_logger(__name__)

ATTEMPTS = 2
LONGEST_PAUSE = 2.0


class OpenAIModel(ChatModel):
    def __init__(self, name: str) -> None:
        self.name = name
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        client = await self._connected()
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout_at(started + settings.CHAT_FIRST_TOKEN_SECONDS):
                chunks = await self._open(client, request)
        except TimeoutError as error:
            raise _model_error(error) from error
        try:
            reading = _Reading(self.name)
            iterator = aiter(chunks)
            while True:
                limit = min(_silence(reading), started + settings.CHAT_TOTAL_SECONDS - loop.time())
                chunk = await _next_chunk(iterator, limit)
                if chunk is None:
                    break
                if text := reading.take(chunk):
                    yield TextDelta(text)
        finally:
            await chunks.close()
        for event in reading.close():
            yield event

    async def _open(self, client: "AsyncOpenAI", request: ModelRequest) -> "AsyncStream[ChatCompletionChunk]":
        """The open stream, tried again once after a pause when the server says it may pass."""
        for attempt in range(ATTEMPTS):
            try:
                return await self._request(client, request)
            except Exception as error:
                failure = _model_error(error)
            if not failure.retryable or attempt == ATTEMPTS - 1:
                break
            await asyncio.sleep(random.uniform(0.2, LONGEST_PAUSE))  # noqa: S311 — jitter, not a secret
        raise failure

    async def _request(self, client: "AsyncOpenAI", request: ModelRequest) -> "AsyncStream[ChatCompletionChunk]":
        parameters: dict[str, Any] = {
            "model": self.name,
            "messages": request.messages,
            "stream": True,
            "stream_options": {"include_usage": True},
            **_limits(request.max_tokens),
        }
        stream: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(**parameters)
        return stream

    async def _connected(self) -> "AsyncOpenAI":
        """The client of this event loop. The SDK is imported beside the loop: it takes over a second."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            openai = await asyncio.to_thread(__import__, "openai")
            self._loop = loop
            self._client = openai.AsyncOpenAI(
                api_key=settings.OPENAI_API_KEY,
                base_url=settings.OPENAI_BASE_URL,
                max_retries=0,
                timeout=settings.CHAT_TOTAL_SECONDS,
            )
        return self._client


def _limits(tokens: int) -> dict[str, Any]:
    """OpenAI's newer models refuse the old name of the limit and any temperature; other servers know no other."""
    if urlsplit(settings.OPENAI_BASE_URL).hostname == "api.openai.com":
        return {"max_completion_tokens": tokens}
    return {"max_tokens": tokens, "temperature": 0.2}


class _Reading:
    """What one stream has said so far, and whether it may count as whole."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.started = False
        self.reason = ""
        self.usage: dict[str, int] = {}
        self.calls: dict[int, dict[str, str]] = {}

    def take(self, chunk: "ChatCompletionChunk") -> str:
        if getattr(chunk, "error", None):
            raise ModelError(retryable=True)
        if chunk.usage:
            self.usage = {"prompt": chunk.usage.prompt_tokens, "completion": chunk.usage.completion_tokens}
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.reason = choice.finish_reason or self.reason
        for part in choice.delta.tool_calls or []:
            call = self.calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
            call["id"] = part.id or call["id"]
            if part.function:
                call["name"] += part.function.name or ""
                call["arguments"] += part.function.arguments or ""
        self.started = self.started or bool(choice.delta.content or choice.delta.tool_calls)
        return choice.delta.content or ""

    def close(self) -> list[ModelEvent]:
        """The events after the last chunk. A stream that never gave its reason to end was cut."""
        if not self.reason:
            raise ModelError(retryable=True)
        calls = self._whole_calls() if self.reason == "tool_calls" else []
        return [*calls, Finished(self.reason, self.usage)]

    def _whole_calls(self) -> list[ToolCall]:
        try:
            return [
                ToolCall(call["id"], call["name"], {**json.loads(call["arguments"] or "{}")})
                for _, call in sorted(self.calls.items())
            ]
        except (json.JSONDecodeError, TypeError) as error:
            raise ModelError(retryable=True) from error


def _silence(reading: _Reading) -> float:
    seconds: float = settings.CHAT_SILENCE_SECONDS if reading.started else settings.CHAT_FIRST_TOKEN_SECONDS
    return seconds


async def _next_chunk(iterator: AsyncIterator["ChatCompletionChunk"], limit: float) -> "ChatCompletionChunk | None":
    try:
        async with asyncio.timeout(max(limit, 0)):
            return await anext(iterator)
    except StopAsyncIteration:
        return None
    except Exception as error:
        raise _model_error(error) from error


def _model_error(error: Exception) -> ModelError:
    """One error for all of them: the SDK's, the deadline's, and what leaks from parsing a broken stream."""
    if isinstance(error, ModelError):
        return error
    status = getattr(error, "status_code", None)
    retryable = status is None or status in (408, 409, 429) or status >= 500
    log.warning("model_failed", error=type(error).__name__, status=status)
    return ModelError(retryable=retryable)
