"""What a visit would do, found out without writing anything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep

from knowledge.models import Document, Source
from knowledge.sources import reader_of
from knowledge.sources.base import Found
from knowledge.visits.comparing import Comparison, Outcome


@dataclass
class Preview:
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What a visit would ask before it retires those that are removed.
    question: str = ""


def preview(source: Source, on_progress: Callable[[int, int], None] = lambda seen, expected: None) -> Preview:
    """``SourceError`` if the source cannot be listed. Nothing is parsed: what cannot be read is found out later."""
    look = Look(source)
    for seen, found in enumerate(reader_of(source)(source, look), start=1):
        look.take(found)
        on_progress(seen, max(seen, look.expected))
    look.miss(look.comparison.gone())
    return look.preview


class Look:
    """A visit that leaves no trace."""

    def __init__(self, source: Source) -> None:
        self.preview = Preview()
        self.comparison = Comparison(source)
        self.known = self.comparison.known
        self.expected = 0

    def take(self, found: Found) -> None:
        outcome, reason = self.comparison.take(found)
        if outcome is Outcome.FAILED:
            self.preview.failed.append((found.path, reason))
            return
        getattr(self.preview, outcome).append(found.path)
        entry = self.comparison.entry(found.path)
        if outcome is Outcome.UNCHANGED and entry and entry.is_unread:
            self.preview.failed.append((found.path, f"{entry.error} It would be tried again."))

    def miss(self, gone: list[int]) -> None:
        self.preview.removed.extend(Document.objects.filter(pk__in=gone).values_list("path", flat=True))
        if self.comparison.is_too_much(len(gone)):
            self.preview.question = self.comparison.question(len(gone))

    def content(self, path: str) -> str:
        return self.comparison.content(path)

    def check(self) -> None:
        """Whoever looks can interrupt it."""

    def pause(self, seconds: float) -> None:
        sleep(seconds)

    def expect(self, count: int) -> None:
        self.expected = count

    def remember(self, cursor: str) -> None:
        """It was not a visit."""

    def note(self, reason: str) -> None:
        self.preview.notes.append(reason)
