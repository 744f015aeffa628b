"""A model that keeps failing is left alone for a while: nobody waits for it, and it can recover."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from chat.errors import ModelError

log = structlog.get_logger(__name__)

FAILURES = 5
PAUSE_SECONDS = 30.0


class Circuit:
    """Closed at first. It opens after five failures in a row, and then lets one request through now and again.

    Only failures that may pass count: a model that refuses one request is there for the others.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._probe_from = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether a request would fail at once."""
        return self._failures >= FAILURES and (self._probing or self._clock() < self._probe_from)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around one request. Raises ModelError at once while open; one that is given up proves nothing."""
        if self.is_open:
            raise ModelError(reason="circuit open", retryable=True, billed=False)
        probe = self._probing = self._failures >= FAILURES
        try:
            yield
            self._succeeded()
        except ModelError as error:
            if error.retryable:
                self._failed(probe)
            else:
                self._succeeded()
            raise
        finally:
            if probe:
                self._probing = False

    def _succeeded(self) -> None:
        if self._failures >= FAILURES:
            log.warning("circuit_closed", model=self._name)
        self._failures = 0

    def _failed(self, probe: bool) -> None:
        self._failures += 1
        if probe or self._failures == FAILURES:
            log.warning("circuit_open", model=self._name, seconds=PAUSE_SECONDS)
            self._probe_from = self._clock() + PAUSE_SECONDS
