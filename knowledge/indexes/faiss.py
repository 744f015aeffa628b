"""Exact vector search in process. The only file that knows FAISS."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from knowledge.embedders.base import Vectors
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import ChunkIds, Hits

FILE = "vectors.faiss"
# A search with several OpenMP threads, followed by a fork, leaves the child hanging for ever.
faiss.omp_set_num_threads(1)


class FaissVectors:
    """A flat index over normalised vectors as 16-bit floats: half the size and as good as exact."""

    def __init__(self, index: faiss.Index) -> None:
        self.index = index

    @staticmethod
    def write(folder: Path, chunk_ids: ChunkIds, vectors: Vectors) -> None:
        flat = faiss.IndexScalarQuantizer(
            max(vectors.shape[1], 1), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index = faiss.IndexIDMap2(flat)
        if len(chunk_ids):
            index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), chunk_ids)
        faiss.write_index(index, str(folder / FILE))

    @classmethod
    def open(cls, folder: Path) -> "FaissVectors":
        try:
            return cls(faiss.read_index(str(folder / FILE)))
        except RuntimeError as error:
            raise IndexUnusable from error

    @property
    def dimension(self) -> int:
        return int(self.index.d)

    def search(self, vector: Vectors, limit: int) -> Hits:
        if not self.accepts(vector) or not self.index.ntotal:
            return []
        scores, ids = self.index.search(vector.reshape(1, -1), min(limit, self.index.ntotal))
        # FAISS fills up with id -1, which would be somebody else's chunk to whoever uses it as a position.
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return [(chunk_id, score) for chunk_id, score in found if chunk_id >= 0 and np.isfinite(score)]

    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        if not self.accepts(vector) or not chunk_ids:
            return {}
        wanted = np.array(chunk_ids, dtype=np.int64)
        only = faiss.SearchParameters(sel=faiss.IDSelectorBatch(wanted))  # type: ignore[call-arg]
        scores, ids = self.index.search(vector.reshape(1, -1), len(wanted), params=only)
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return {chunk_id: score for chunk_id, score in found if chunk_id >= 0}

    def accepts(self, vector: Vectors) -> bool:
        """FAISS checks dimensions with an assert, which ``python -O`` removes, and ranks anything for NaN."""
        return vector.shape == (self.dimension,) and bool(np.isfinite(vector).all())
