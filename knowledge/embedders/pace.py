"""Not more in a minute than a provider allows: waiting here costs less than being refused there."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

WINDOW_SECONDS = 60.0


class Pace:
    """A sliding window over the last minute, for this process. A limit of 0 is none."""

    def __init__(
        self,
        requests: int,
        tokens: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests, self.tokens = requests, tokens
        self.clock, self.sleep = clock, sleep
        self.sent: deque[tuple[float, int]] = deque()
        self.lock = Lock()

    def wait_for(self, tokens: int) -> None:
        """Returns when a request of so many tokens may be sent. One larger than the limit goes alone."""
        with self.lock:
            while (seconds := self.seconds_until_room(tokens)) > 0:
                self.sleep(seconds)
            self.sent.append((self.clock(), tokens))

    def seconds_until_room(self, tokens: int) -> float:
        now = self.clock()
        while self.sent and self.sent[0][0] <= now - WINDOW_SECONDS:
            self.sent.popleft()
        too_many_requests = bool(self.requests) and len(self.sent) >= self.requests
        used = sum(count for _, count in self.sent)
        too_many_tokens = bool(self.tokens) and bool(self.sent) and used + tokens > self.tokens
        return self.sent[0][0] + WINDOW_SECONDS - now if too_many_requests or too_many_tokens else 0.0
