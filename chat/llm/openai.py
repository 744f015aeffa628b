"""Any server that speaks OpenAI's Chat Completions, with the deadlines and checks the SDK leaves out.

The SDK's timeout counts per read, a bad line in a stream is no error of its own, and redirects are followed
with everything a customer wrote. So: three deadlines of ours, no redirects, and every failure is a ModelError.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings

from chat.errors import ModelError
from chat.llm.base import ChatModel, ImagesNotRead, ModelEvent, ModelRequest, TextDelta
from chat.llm.deadlines import Deadlines
from chat.llm.images import images_of, with_bytes, without_images
from chat.llm.reading import Reading
from chat.llm.sight import sight_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

log = structlog.get_logger(__name__)

# What may pass by itself: timeouts, conflicts and too many requests; and everything from 500 on.
PASSING = (408, 409, 425, 429)
# What a server may say to images that it does not take, or to so much at once; others say "image" in their error.
IMAGES_REFUSED = (400, 413, 415, 422)
IMAGES_UNKNOWN = (404, 500, 501)
# What a server says to a parameter it does not take, naming it in its error.
LIMITS_REFUSED = (400, 422)


@dataclass(frozen=True)
class Endpoint:
    """A model, and where it is. Not shown when printed: the key is a secret."""

    model: str
    base_url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Endpoint({self.model!r}, {self.base_url!r})"


class OpenAIModel(ChatModel):
    """One model at one endpoint, asked once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.model
        self._endpoint = endpoint
        self._newer_limits = urlsplit(endpoint.base_url).hostname == "api.openai.com"
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()

    @property
    def takes_images(self) -> bool:
        return sight_of(self.name) is not None

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        reading = Reading(self.name, request.max_tokens)
        deadlines = Deadlines(request)
        due = deadlines.first_token
        reached = False
        try:
            async with asyncio.timeout_at(due):
                chunks, unread = await self._open_with_images(request)
            reached = True
            async with chunks:
                while chunk := await _next(chunks, due):
                    text = reading.take(chunk)
                    if unread and reading.started:
                        unread = False
                        yield ImagesNotRead()
                    if text:
                        yield TextDelta(text)
                    if reading.started:
                        due = deadlines.next_token()
            for event in reading.close():
                yield event
        except Exception as error:
            raise self._failure(error, reached) from error

    async def _open_with_images(self, request: ModelRequest) -> "tuple[AsyncStream[ChatCompletionChunk], bool]":
        """And whether there are images the model was only told of. Who refuses them is asked again without."""
        has_images = bool(images_of(request.messages))
        if has_images and self.takes_images:
            try:
                return await self._open(replace(request, messages=await with_bytes(request.messages))), False
            except Exception as error:
                if not _refuses_images(error):
                    raise
                log.warning("images_refused", model=self.name, status=getattr(error, "status_code", None))
        return await self._open(replace(request, messages=without_images(request.messages))), has_images

    async def _open(self, request: ModelRequest) -> "AsyncStream[ChatCompletionChunk]":
        """Whoever refuses our limits in one form is asked in the other, and from then on in that at once."""
        newer = self._newer_limits
        try:
            return await self._ask(request, newer_limits=newer)
        except Exception as error:
            if not _refuses_limits(error):
                raise
        stream = await self._ask(request, newer_limits=not newer)
        self._newer_limits = not newer
        return stream

    async def _ask(self, request: ModelRequest, *, newer_limits: bool) -> "AsyncStream[ChatCompletionChunk]":
        client = await self._client()
        parameters: dict[str, Any] = {
            "messages": request.messages,
            "stream_options": {"include_usage": True},
            **_limits(request.max_tokens, newer=newer_limits),
            **({"tools": request.tools} if request.tools else {}),
        }
        # The SDK would look at every part of a long prompt; what is in ``extra_body`` it sends as it is.
        stream: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
            model=self.name, messages=[], stream=True, extra_body=parameters
        )
        return stream

    async def _client(self) -> "AsyncOpenAI":
        """The client of this event loop. It is made beside the loop: the first one takes over a second."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            made = await asyncio.to_thread(self._connect)
            self._clients.setdefault(loop, made)
        return self._clients[loop]

    def _connect(self) -> "AsyncOpenAI":
        openai = import_module("openai")
        client: AsyncOpenAI = openai.AsyncOpenAI(
            api_key=self._endpoint.api_key,
            base_url=self._endpoint.base_url,
            max_retries=0,
            timeout=settings.CHAT_TOTAL_SECONDS,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        _ = client.chat.completions  # imported when it is first looked at
        return client

    def _failure(self, error: Exception, reached: bool) -> ModelError:
        """One error for all: the SDK's, a deadline's, and what reading nonsense raises.

        Whoever refuses a request does not charge for it; whoever was at work on it may.
        """
        status = getattr(error, "status_code", None)
        reason = error.reason if isinstance(error, ModelError) else type(error).__name__
        log.warning("model_failed", model=self.name, reason=reason, status=status)
        return ModelError(
            reason=reason,
            retryable=status is None or status in PASSING or status >= 500,
            retry_after=_retry_after(error),
            billed=reached or isinstance(error, TimeoutError),
        )


async def _next(chunks: "AsyncStream[ChatCompletionChunk]", due: float) -> "ChatCompletionChunk | None":
    async with asyncio.timeout_at(due):
        return await anext(chunks, None)


def _refuses_images(error: Exception) -> bool:
    status = getattr(error, "status_code", None)
    return status in IMAGES_REFUSED or (status in IMAGES_UNKNOWN and "image" in str(error).lower())


def _limits(tokens: int, *, newer: bool) -> dict[str, Any]:
    """OpenAI's newer models refuse the old name of the limit and any temperature; many servers know no other."""
    return {"max_completion_tokens": tokens} if newer else {"max_tokens": tokens, "temperature": 0.2}


def _refuses_limits(error: Exception) -> bool:
    refused = getattr(error, "status_code", None) in LIMITS_REFUSED
    return refused and any(name in str(error) for name in ("max_tokens", "max_completion_tokens", "temperature"))


def _retry_after(error: Exception) -> float:
    """The seconds a server asks us to wait. Those that name a date have to do with our own pause."""
    try:
        return max(float(error.response.headers["retry-after"]), 0.0)  # type: ignore[attr-defined]
    except (AttributeError, KeyError, ValueError):
        return 0.0
