"""What a loader is: it makes Markdown of what somebody wrote or uploaded."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Protocol


@dataclass(frozen=True)
class Loaded:
    """A document as the rest of the project knows it. ``title`` may be empty: then its path names it.

    ``questions`` are those that all of it answers: it is found by each of them. ``page_starts`` are where in
    ``markdown`` each page or slide begins, for formats that have them. ``updated_at`` is when the document
    says of itself that it was last changed.
    """

    title: str
    description: str
    markdown: str
    questions: tuple[str, ...] = ()
    page_starts: tuple[int, ...] = ()
    updated_at: datetime | None = None

    @property
    def searchable(self) -> "Loaded":
        """With its description, which the page itself may not show, and which says what it is about."""
        if not self.description or self.description in self.markdown:
            return self
        opening = f"{self.description}\n\n"
        starts = tuple(start + len(opening) for start in self.page_starts)
        return replace(self, markdown=opening + self.markdown, page_starts=starts)


class Loader(Protocol):
    """One per format, in a file of its own, called with decoded text, or bytes if the format is no text."""

    def __call__(self, source: Any, /) -> Loaded: ...


INDEX_NAMES = {"index", "_index", "readme"}
PAGE_GAP = "\n\n"


def title_from_path(path: str) -> str:
    """``billing/cancel-subscription.md`` → "Cancel subscription"; an index page is named after its folder."""
    page = PurePosixPath(path)
    name = page.parent.name if page.stem.lower() in INDEX_NAMES and page.parent.name else page.stem
    words = " ".join(name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]


def paged(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    """The pages as one text, and where in it each begins."""
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page) + len(PAGE_GAP)
    return PAGE_GAP.join(pages), tuple(starts)
