"""What an index is: a snapshot of one collection that never changes once it is served."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedders.base import Vectors

ChunkIds = NDArray[np.int64]
# (chunk id, score), best first. Higher is better.
Hits = list[tuple[int, float]]


class VectorIndex(Protocol):
    """Cosine similarity over chunk ids. Adding an engine: a file, a line in ``snapshots``, a test parameter."""

    @staticmethod
    def write(folder: Path, chunk_ids: ChunkIds, vectors: Vectors) -> None: ...

    @classmethod
    def open(cls, folder: Path) -> "VectorIndex":
        """``IndexUnusable`` if the files are not what ``write`` wrote."""

    @property
    def dimension(self) -> int: ...

    def search(self, vector: Vectors, limit: int) -> Hits: ...

    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        """The cosine of chunks that were found in another way; unknown ids are left out."""


class TextIndex(Protocol):
    def search(self, query: str, limit: int) -> Hits: ...


@dataclass(frozen=True)
class IndexedChunk:
    """What the index knows of a chunk; the database knows the rest."""

    chunk_id: int
    title: str
    headings: str
    text: str


@dataclass(frozen=True)
class Snapshot:
    """``seal`` is the checksum of its manifest: no two snapshots have the same, whatever their numbers."""

    seal: str
    collection_id: int
    embedding_model: str
    vectors: VectorIndex
    texts: TextIndex

    def search_vectors(self, vector: Vectors, limit: int) -> Hits:
        return self.vectors.search(vector, limit)

    def search_text(self, query: str, limit: int) -> Hits:
        return self.texts.search(query, limit)
