"""How long one request to a model may take: to its first token, between two of them, and in all."""

import asyncio
from dataclasses import replace

from django.conf import settings

from chat.llm.base import ModelRequest


class Deadlines:
    """Of a request that begins now, in the time of this event loop."""

    def __init__(self, request: ModelRequest) -> None:
        total = settings.CHAT_TOTAL_SECONDS if request.seconds is None else request.seconds
        first = (
            settings.CHAT_FIRST_TOKEN_SECONDS if request.first_token_seconds is None else request.first_token_seconds
        )
        self._now = asyncio.get_running_loop().time
        self.end = self._now() + total
        self.first_token = min(self._now() + first, self.end)

    def next_token(self) -> float:
        """After one was heard just now."""
        return min(self._now() + settings.CHAT_SILENCE_SECONDS, self.end)

    def seconds_to_first_token(self) -> float:
        return self.first_token - self._now()

    def remaining(self, request: ModelRequest, share: int) -> ModelRequest:
        """The same request with what is left of the time; of that to the first token, one part in ``share``."""
        first = self.seconds_to_first_token() / share
        return replace(request, first_token_seconds=first, seconds=self.end - self._now())
