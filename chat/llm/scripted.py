"""The engine for tests: says what it was told to say, and remembers what it was asked."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from chat.errors import ModelError
from chat.llm.base import ChatModel, Finished, ImagesNotRead, ModelEvent, ModelRequest, TextDelta, ToolCall

Said = str | ToolCall | ImagesNotRead | ModelError | Finished


class ScriptedModel(ChatModel):
    """Each script is the list of deltas of one answer, the tools it calls, and the error it fails with or its end.

    ``gate`` holds the stream after its first delta until it is set, for tests of stop and resume.
    """

    name = "scripted"
    takes_images = False

    def __init__(self) -> None:
        self.scripts: deque[list[Said]] = deque()
        self.requests: list[ModelRequest] = []
        self.gate: asyncio.Event | None = None

    def will_say(self, *deltas: Said) -> None:
        self.scripts.append(list(deltas))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.requests.append(request)
        script = self.scripts.popleft() if self.scripts else ["[0] The scripted model has nothing to say."]
        for position, delta in enumerate(script):
            if isinstance(delta, ModelError):
                raise delta
            if isinstance(delta, Finished):
                yield delta
                return
            yield TextDelta(delta) if isinstance(delta, str) else delta
            if self.gate and position == 0:
                await self.gate.wait()
        yield Finished("tool_calls" if any(isinstance(delta, ToolCall) for delta in script) else "stop")
