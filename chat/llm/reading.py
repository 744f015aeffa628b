"""What a stream of Chat Completions chunks has said so far, and whether it may count as whole. Pure.

Nothing has checked these chunks: the SDK passes on whatever a server sends, and ends normally on a stream
that was cut. A tool call is only ever read from a stream that is in order from beginning to end:

- a stream without a ``finish_reason`` was cut;
- ``tool_calls`` without calls and calls with any other reason contradict themselves, as some compatible
  servers do: nothing of it counts, for nobody knows whether the last call is whole;
- each call has an index of its own, an id, a name, and one JSON object of bounded size.
"""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from chat.errors import ModelError
from chat.llm.base import Finished, ModelEvent, ToolCall

MAX_CALLS = 16
MAX_ARGUMENT_CHARACTERS = 20_000
# No tokenizer in use makes longer tokens on average: a server that sends more ignores the limit it was given.
MAX_CHARACTERS_PER_TOKEN = 20
# Beyond what any model reads or writes at once, a number of tokens is not believed.
MAX_TOKENS = 10_000_000


def refuse(reason: str) -> NoReturn:
    raise ModelError(reason=reason, retryable=True)


@dataclass
class PartialCall:
    id: str = ""
    name: str = ""
    arguments: str = ""

    def take(self, part: Any) -> None:
        """Ids and names come whole. Another one at the same index would be a second call, mixed with the first."""
        name = (part.function.name if part.function else None) or self.name
        if (self.id and part.id not in (None, "", self.id)) or (self.name and name != self.name):
            refuse("two tool calls share an index")
        self.id, self.name = part.id or self.id, name
        self.arguments += (part.function.arguments if part.function else None) or ""
        if len(self.arguments) > MAX_ARGUMENT_CHARACTERS:
            refuse("a tool call is too long")

    def whole(self) -> ToolCall:
        if not self.id or not self.name:
            refuse("a tool call has no id or no name")
        try:
            arguments = json.loads(self.arguments or "{}", parse_constant=refuse)
        except (json.JSONDecodeError, RecursionError):
            refuse("a tool call is no JSON")
        if not isinstance(arguments, dict):
            refuse("the arguments of a tool call are no object")
        return ToolCall(self.id, self.name, arguments)


class Reading:
    """One stream. ``started`` is set by its first text or call."""

    def __init__(self, model: str, max_tokens: int) -> None:
        self.model = model
        self.started = False
        self._room = max_tokens * MAX_CHARACTERS_PER_TOKEN
        self._reason = ""
        self._usage: dict[str, int] = {}
        self._calls: dict[int, PartialCall] = {}

    def take(self, chunk: Any) -> str:
        """The text in this chunk. Raises ModelError, or whatever reading nonsense raises."""
        if getattr(chunk, "error", None):
            refuse("the stream reports an error")
        self._usage = usage_of(chunk.usage) or self._usage
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._reason = choice.finish_reason or self._reason
        for part in choice.delta.tool_calls or []:
            self._calls.setdefault(part.index, PartialCall()).take(part)
        if len(self._calls) > MAX_CALLS:
            refuse("too many tool calls at once")
        return self._text(choice.delta.content or "")

    def _text(self, text: Any) -> str:
        if not isinstance(text, str):
            refuse("the text is no text")
        self.started = self.started or bool(text or self._calls)
        self._room -= len(text)
        if self._room < 0:
            refuse("the text is longer than was asked for")
        return text

    def close(self) -> list[ModelEvent]:
        """The events after the last chunk."""
        if not self._reason:
            refuse("the stream was cut")
        if bool(self._calls) != (self._reason == "tool_calls"):
            refuse("tool calls and the reason to end contradict each other")
        calls = [call.whole() for _, call in sorted(self._calls.items())]
        return [*calls, Finished(self._reason, self._usage, self.model)]


def usage_of(usage: Any) -> dict[str, int]:
    """Nothing when there is none, or none that can be true."""
    counts = {"prompt": getattr(usage, "prompt_tokens", None), "completion": getattr(usage, "completion_tokens", None)}
    known = {name: count for name, count in counts.items() if type(count) is int and 0 <= count <= MAX_TOKENS}
    return known if len(known) == len(counts) else {}
