"""What knowledge hands to others: plain frozen values, never model rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

# How far what was found answers a question.
Level = Literal["enough", "related", "nothing"]


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
class Match:
    """How well the best passages fit a question, as ``knowledge.retrieval.answerable`` weighs it.

    ``nearness`` is the best cosine with the question or one of its sentences, None while there are no vectors;
    ``words`` the best BM25 score by what the rarest word brings; ``lead`` how much nearer the nearest page is than the
    five after it; ``agreed`` whether the first passage is also the nearest; ``focus`` the share of the first four
    passages that are of one page with the first; ``is_faq`` whether the first answers a question that somebody wrote
    down; ``shared`` of the ``told`` words of the question that say something, how many the first three passages have.
    """

    nearness: float | None
    words: float
    lead: float
    agreed: bool
    focus: float
    is_faq: bool
    shared: int
    told: int


@dataclass(frozen=True)
class Asked:
    """A question as it was searched: as it is, as its spelling was understood, and by its sentences.

    ``match`` says how well what was found fits; there is none where nothing was found.
    """

    text: str
    corrected: str
    parts: tuple[str, ...] = ()
    match: Match | None = None

    @property
    def words(self) -> str:
        """For a search by words, which takes both spellings."""
        return self.text if self.corrected == self.text else f"{self.text} {self.corrected}"


@dataclass(frozen=True)
class Mention:
    """A text that names somebody: which row, and what of them it holds. Not the text, which would name them again."""

    kind: str
    id: int
    word: str
