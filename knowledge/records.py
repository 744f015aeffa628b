"""What knowledge hands to others: plain frozen values, never model rows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Passage:
    """A piece of a document that may be shown to whoever asked.

    ``text`` is what may be quoted; ``headings`` run from the document's title to the passage's own
    heading; ``url`` is absolute and ends in the heading's ``#anchor`` where there is one. ``score``
    is the fused score of the search that found it, from 0 to 1 and comparable only within that search;
    ``similarity`` is the plain cosine of query and passage, comparable across searches.
    ``is_description`` marks the text that announces a page instead of saying what it says.
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
