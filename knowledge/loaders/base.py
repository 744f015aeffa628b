"""What a loader is: it makes Markdown of what somebody wrote or uploaded."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol


@dataclass(frozen=True)
class Loaded:
    """A document as the rest of the project knows it. ``title`` may be empty: then its path names it.

    ``questions`` are those that all of it answers: it is found by each of them.
    """

    title: str
    description: str
    markdown: str
    questions: tuple[str, ...] = ()

    @property
    def searchable(self) -> str:
        """A description, which the page itself may not show, says in the author's words what it is about."""
        if not self.description or self.description in self.markdown:
            return self.markdown
        return f"{self.description}\n\n{self.markdown}"


class Loader(Protocol):
    """One per format, in a file of its own, called with text that is already decoded."""

    def __call__(self, source: str) -> Loaded: ...


INDEX_NAMES = {"index", "_index", "readme"}


def title_from_path(path: str) -> str:
    """``billing/cancel-subscription.md`` → "Cancel subscription"; an index page is named after its folder."""
    page = PurePosixPath(path)
    name = page.parent.name if page.stem.lower() in INDEX_NAMES and page.parent.name else page.stem
    words = " ".join(name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]
