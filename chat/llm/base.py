"""The contract of a chat model: a request in, a stream of typed events out."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from chat.records import AnswerContext

# How a model says that it was not done: out of tokens, or silenced by a filter.
CUT_SHORT = {"length", "content_filter"}


@dataclass(frozen=True)
class ModelRequest:
    """``messages`` is the prompt in Chat Completions form, but for images, which are records until they are sent;
    ``context`` is what it was made from, if it is a question.

    ``seconds`` and ``first_token_seconds`` are deadlines for this request in place of the configured ones.
    """

    context: AnswerContext | None
    messages: list[dict[str, Any]]
    max_tokens: int
    tools: list[dict[str, Any]] = field(default_factory=list)
    seconds: float | None = None
    first_token_seconds: float | None = None


@dataclass(frozen=True)
class TextDelta:
    text: str


@dataclass(frozen=True)
class ToolCall:
    """A whole, parsed call. It is only ever made when the model said it was done calling."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class ImagesNotRead:
    """The model at work takes no images: it was told that there are some. Comes before anything it says."""


@dataclass(frozen=True)
class Finished:
    """Always the last event of a stream that really ended.

    ``usage`` counts the tokens of ``prompt`` and ``completion``, where they are known; ``model`` is the one
    that answered, where it may be another than the one asked.
    """

    reason: str
    usage: dict[str, int] = field(default_factory=dict)
    model: str = ""


ModelEvent = TextDelta | ToolCall | ImagesNotRead | Finished


class ChatModel(ABC):
    """One engine. ``name`` is stored with each answer; ``reads_prompt`` is false for those that need no messages."""

    name: str
    reads_prompt = True

    @property
    def takes_images(self) -> bool:
        return False

    @abstractmethod
    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Events up to one ``Finished``. Raises ModelError when the stream fails or ends without one."""


class CountingModel(ChatModel):
    """One that may call others several times for one request, and counts what each call takes."""

    @abstractmethod
    def counted(self, request: ModelRequest, used: Counter[str]) -> AsyncGenerator[ModelEvent, None]:
        """``stream``, with the tokens of every call added to ``used``, however it ends."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        return self.counted(request, Counter())
