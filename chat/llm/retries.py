"""When a failed request may be sent again: so seldom that a model in trouble gets little more to do than usual."""

import random

from chat.errors import ModelError

# One retry in five requests, of which a quiet process has saved a few.
SHARE = 0.2
SAVED = 3.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 1.0


class RetryBudget:
    """A token bucket that requests fill and retries empty."""

    def __init__(self) -> None:
        self._tokens = SAVED

    def earn(self) -> None:
        self._tokens = min(self._tokens + SHARE, SAVED)

    def spend(self) -> bool:
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def pause_before_retry(failure: ModelError) -> float | None:
    """Seconds, another number for each who failed. Nothing if a retry is no use, or the server wants a long pause."""
    if not failure.retryable or failure.retry_after > LONGEST_PAUSE:
        return None
    return failure.retry_after + random.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)  # noqa: S311 — jitter, not a secret
