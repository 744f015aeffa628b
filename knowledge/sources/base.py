"""What a source is read with: it lists what is there, and what is new of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from knowledge.models import Source

LONGEST_PATH = 500


@dataclass(frozen=True)
class Known:
    """What an earlier visit left behind, to ask for changes only."""

    path: str
    url: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Found:
    """One document at its source: what it says, that it says what it said before, or why it could not be had."""

    path: str
    url: str = ""
    given: bytes | str | None = None
    format: str = ""
    etag: str = ""
    last_modified: str = ""
    error: str = ""

    @property
    def is_unchanged(self) -> bool:
        return self.given is None and not self.error


class Visit(Protocol):
    """Who is told how it goes, and knows what was there before."""

    @property
    def known(self) -> Mapping[str, Known]:
        """What this source has brought so far, by path."""

    def content(self, path: str) -> str:
        """The text of a known document as it was given."""

    def check(self) -> None:
        """Called at least once a second. Raises if the visit is to end here."""

    def pause(self, seconds: float) -> None: ...

    def expect(self, count: int) -> None:
        """How many documents there will be, as far as is known."""

    def remember(self, cursor: str) -> None:
        """Becomes the source's ``cursor`` if this visit comes to its end and nothing fails."""

    def note(self, reason: str) -> None:
        """Why this visit did not see everything there is."""


class Reader(Protocol):
    """One per kind, in a file of its own. Raises ``SourceError`` if what is there cannot be listed: then nothing is
    known to be gone. What is known and not found again counts as gone otherwise."""

    def __call__(self, source: Source, visit: Visit) -> Iterator[Found]: ...
