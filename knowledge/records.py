"""What knowledge hands to others: plain frozen values, never model rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Passage:
    """A piece of a document that may be shown to whoever asked.

    ``text`` is what may be quoted; ``headings`` run from the document's title to the passage's own
    heading; ``url`` is absolute and ends in the heading's ``#anchor`` where there is one. ``score``
    is that of the search that found it, about 0 to 1 and comparable only within that search, and ``evidence`` what it
    is the sum of;
    ``similarity`` is the plain cosine of query and passage, comparable across searches.
    ``is_description`` marks the text that announces a page instead of saying what it says, ``is_curated`` an editor's
    own answer.
    """

    chunk_id: int
    document_id: int
    title: str
    headings: tuple[str, ...]
    text: str
    url: str
    updated_at: datetime
    score: float
    similarity: float
    is_description: bool = False
    is_curated: bool = False
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CuratedText:
    """An editor's own answer, whole, and the ways to ask for it, the question itself first."""

    questions: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Asked:
    """A question as it was searched: as it is, as its spelling was understood, and by its sentences."""

    text: str
    corrected: str
    parts: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """For a search by words, which takes both spellings."""
        return self.text if self.corrected == self.text else f"{self.text} {self.corrected}"
