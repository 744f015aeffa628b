"""The contract of a chat model: a request in, a stream of typed events out."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from chat.records import AnswerContext


@dataclass(frozen=True)
class ModelRequest:
    """``messages`` is the prompt in Chat Completions form; ``context`` is what it was made from."""

    context: AnswerContext
    messages: list[dict[str, Any]]
    max_tokens: int


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
class Finished:
    """Always the last event of a stream that really ended. ``usage`` counts tokens, where they are known."""

    reason: str
    usage: dict[str, int] = field(default_factory=dict)


ModelEvent = TextDelta | ToolCall | Finished


class ChatModel(ABC):
    """One engine. ``name`` is stored with each answer; ``reads_prompt`` is false for those that need no messages."""

    name: str
    reads_prompt = True

    @abstractmethod
    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Events up to one ``Finished``. Raises ModelError when the stream fails or ends without one."""
