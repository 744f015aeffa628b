"""What another program says, as it comes, without waiting for ever."""

from collections.abc import Callable, Iterator
from select import POLLIN, poll
from typing import IO

SLICE_MILLISECONDS = 200
AT_ONCE = 65536


class Ended(Exception):
    """It stopped in the middle."""


class Pipe:
    """``on_wait`` is called before each look and several times a second, and ends the waiting by raising. The stream
    has to be unbuffered: what a buffer holds cannot be waited for."""

    def __init__(self, stream: IO[bytes], on_wait: Callable[[], None]) -> None:
        self.stream = stream
        self.on_wait = on_wait
        self.rest = bytearray()
        self.poll = poll()
        self.poll.register(stream, POLLIN)

    def some(self) -> bytes:
        """Nothing at its end."""
        self.on_wait()
        while not self.poll.poll(SLICE_MILLISECONDS):
            self.on_wait()
        return self.stream.read(AT_ONCE)

    def more(self) -> None:
        part = self.some()
        if not part:
            raise Ended
        self.rest += part

    def exactly(self, size: int) -> bytes:
        while len(self.rest) < size:
            self.more()
        taken = bytes(self.rest[:size])
        del self.rest[:size]
        return taken

    def line(self) -> bytes:
        while b"\n" not in self.rest:
            self.more()
        return self.exactly(self.rest.index(b"\n") + 1)

    def records(self) -> Iterator[str]:
        """Each with a NUL after it, up to the end."""
        while part := self.some():
            *whole, self.rest = (self.rest + part).split(b"\0")
            yield from (record.decode("utf-8", "replace") for record in whole)
