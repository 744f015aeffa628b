"""What an index is: a snapshot that never changes once it is served, and the engine that makes and opens them.

Adding an engine: a file here, a line in ``ENGINES`` of ``__init__``, a parameter of the contract test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedders.base import Vectors
from knowledge.models import IndexVersion

Ids = NDArray[np.int64]
# (id, score), best first. Higher is better.
Hits = list[tuple[int, float]]


@dataclass(frozen=True)
class IndexedChunk:
    """What the index knows of a chunk; the database knows the rest."""

    chunk_id: int
    title: str
    headings: str
    text: str


@dataclass(frozen=True)
class IndexedPage:
    """All that a document says."""

    document_id: int
    title: str
    headings: str
    text: str


class Content(Protocol):
    """What a version shall hold. Only what an engine asks for is read from the database."""

    language: str

    @property
    def chunk_ids(self) -> Ids:
        """In rising order."""

    @property
    def document_ids(self) -> Ids:
        """The document of each chunk, in the order of ``chunk_ids``."""

    def chunks(self, chunk_ids: Ids) -> Iterable[IndexedChunk]: ...

    def pages(self, document_ids: Ids) -> Iterable[IndexedPage]: ...

    def vectors(self, chunk_ids: Ids) -> Vectors:
        """A row for each, in their order."""

    def page_vectors(self, document_ids: Ids) -> Vectors: ...


class Snapshot(Protocol):
    """One or more collections as they were when a version was published. Safe to search from several threads."""

    @property
    def embedding_model(self) -> str: ...

    @property
    def collection_ids(self) -> frozenset[int]: ...

    @property
    def chunks(self) -> int:
        """How many it holds."""

    def search_vectors(self, vector: Vectors, limit: int) -> Hits:
        """The chunks nearest by cosine; none for a vector of another dimension or with NaN in it."""

    def search_text(self, query: str, limit: int) -> Hits:
        """The chunks with any of the words, by BM25."""

    def search_name(self, identifier: str, limit: int) -> Hits:
        """The chunks with this very identifier, as ``lexical.identifiers`` finds them."""

    def search_pages(self, query: str, limit: int) -> Hits:
        """The documents with any of the words anywhere, by BM25."""

    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        """The cosine of chunks that were found in another way; unknown ids are left out."""

    def page_similarities(self, vector: Vectors, document_ids: Sequence[int]) -> dict[int, float]:
        """How near documents as a whole are."""

    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]: ...

    def knows(self, word: str) -> bool:
        """Whether any chunk has the lower-case word, in this or another form."""

    def words_beginning_with(self, letter: str) -> Sequence[tuple[str, int]]:
        """The words of the chunks and how many have each, the most common first."""


class Heartbeat(Protocol):
    """Called while a version is made: keeps its lease and progress. Raises ``BuildCancelled`` to stop it."""

    def __call__(self, done: int = 0) -> None: ...


class Engine(Protocol):
    """Where versions are kept. One instance per process, made with its ``VECTOR_STORE_URL``."""

    def check(self) -> None:
        """``IndexUnusable``, with the reason, if nothing can be asked of it now."""

    def publish(
        self,
        version: IndexVersion,
        content: Content,
        previous: IndexVersion | None,
        beat: Heartbeat,
        merged: Any = None,
    ) -> None:
        """Makes everything ready to be served and fills in the unsaved version. ``IndexUnusable`` if it fails.

        ``previous`` is what is served now, of the same recipe: an engine may do only what is different. ``merged``
        is what ``merge`` returned.
        """

    def needs_merge(self, version: IndexVersion) -> bool:
        """Whether it was published so often by differences that doing it anew would pay."""

    def merge(self, content: Content, beat: Heartbeat) -> Any:
        """The long part of doing it anew, while other versions go on being published."""

    def discard(self, merged: Any) -> None:
        """``merge`` was in vain, or is used."""

    def serve(self, candidates: Sequence[Sequence[IndexVersion]]) -> list[Snapshot]:
        """One list of versions per collection, the one that is served first. Those that cannot be used are marked."""

    def close(self) -> None:
        """Lets go of what it holds. It may not be used any more."""

    def forget(self, versions: Sequence[IndexVersion]) -> None:
        """Versions that nobody goes back to, and whatever belongs to none."""
