"""What becomes of a search while a vector store cannot be reached: it goes on without, and does not wait each time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import Any, TypeVar

import structlog

from knowledge.errors import IndexUnusable

log = structlog.get_logger(__name__)

# After a failure nobody asks again for so long: a search is several questions, and each would wait for its timeout.
PAUSE_SECONDS = 5.0
Method = TypeVar("Method", bound=Callable[..., Any])


class Reach:
    """Turns the failures of a client into ``IndexUnusable``."""

    def __init__(self, what: str, *failures: type[Exception]) -> None:
        self.what, self.failures = what, failures
        self.down_until = 0.0

    @contextmanager
    def guarded(self, *, detailed: bool = False) -> Iterator[None]:
        """``detailed`` messages are for staff: they say why."""
        if monotonic() < self.down_until:
            raise IndexUnusable(f"{self.what} does not answer.", retryable=True)
        try:
            yield
        except self.failures as error:
            self.down_until = monotonic() + PAUSE_SECONDS
            reason = str(error).partition("\n")[0] or type(error).__name__
            log.error("index_unreachable", store=self.what, reason=reason)
            said = f"does not answer: {reason}." if detailed else "does not answer."
            raise IndexUnusable(f"{self.what} {said}", retryable=True) from error


def else_nothing(otherwise: Callable[[], Any]) -> Callable[[Method], Method]:
    """For methods of a snapshot: an index that does not answer is left out, like one that is not there."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def asked(*args: Any) -> Any:
            try:
                return method(*args)
            except IndexUnusable:
                return otherwise()

        return asked  # type: ignore[return-value]

    return decorate
