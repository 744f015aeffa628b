"""Vector search in process. The only file that knows FAISS."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge.embedders.base import Vectors
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Hits, Ids

# A search with several OpenMP threads, followed by a fork, leaves the child hanging for ever.
faiss.omp_set_num_threads(1)

# Up to here every vector is compared: about 2 ms for 50 000 of 384 dimensions.
MOST_EXACT = 50_000
# Enough to place the cells of a million vectors: FAISS recommends 39 to 256 for each.
TRAINING_PER_CELL = 64
TRAINING_ROUNDS = 10
# The share of the true ten nearest that has to be found. Measured on vectors of the index itself.
RECALL = 0.99
NEGLIGIBLE = 0.002
RECALL_DEPTH = 10
RECALL_SAMPLE = 200
# A question is not a passage of the index; this much noise keeps samples from finding only themselves.
SAMPLE_NOISE = 0.5
PROBES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


class FaissVectors:
    """Normalised vectors: exact as 16-bit floats, or in cells as bytes when there are many.

    ``ids`` are those of the vectors, by place, and rise.
    """

    def __init__(self, index: faiss.Index, ids: Ids) -> None:
        self.index, self.ids = index, ids
        if ivf := cells_of(index):
            ivf.make_direct_map()

    @property
    def dimension(self) -> int:
        return int(self.index.d)

    def search(self, vector: Vectors, limit: int) -> Hits:
        if not self.accepts(vector) or not self.index.ntotal:
            return []
        scores, places = self.index.search(vector.reshape(1, -1), min(limit, self.index.ntotal))
        # FAISS fills up with place -1, which would be the last vector to whoever uses it as an index.
        found = zip(places[0].tolist(), scores[0].tolist(), strict=True)
        return [(int(self.ids[place]), score) for place, score in found if place >= 0 and np.isfinite(score)]

    def similarities(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Of those that are here: looked up by their place, not searched."""
        if not self.accepts(vector) or not ids or not len(self.ids):
            return {}
        wanted = np.unique(np.array(ids, dtype=np.int64))
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        here = self.ids[places] == wanted
        if not here.any():
            return {}
        cosines = self.index.reconstruct_batch(places[here]) @ vector
        return dict(zip(wanted[here].tolist(), cosines.tolist(), strict=True))

    def accepts(self, vector: Vectors) -> bool:
        """FAISS checks dimensions with an assert, which ``python -O`` removes, and ranks anything for NaN."""
        return vector.shape == (self.dimension,) and bool(np.isfinite(vector).all())


def write_vectors(path: Path, vectors: Vectors) -> dict[str, Any]:
    """Writes an index whose places are the rows of ``vectors``. Returns how they are kept."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if len(vectors) <= MOST_EXACT:
        index, details = exact(vectors), {"kind": "exact"}
    else:
        index, details = in_cells(vectors)
    faiss.write_index(index, str(path))
    return details


def exact(vectors: Vectors) -> faiss.Index:
    index = faiss.IndexScalarQuantizer(
        max(vectors.shape[1], 1), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    if len(vectors):
        index.add(vectors)
    return index


def in_cells(vectors: Vectors) -> tuple[faiss.Index, dict[str, Any]]:
    """IVF with 4·√n cells, as FAISS's guidelines say, and a byte per dimension."""
    count, dimension = vectors.shape
    cells = int(4 * count**0.5)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = TRAINING_ROUNDS
    chance = np.random.default_rng(0)
    sample = chance.choice(count, min(count, cells * TRAINING_PER_CELL), replace=False)
    index.train(vectors[np.sort(sample)])
    index.add(vectors)
    probes, recall = enough_probes(index, vectors, chance)
    index.nprobe = probes
    return index, {"kind": "cells", "cells": cells, "probes": probes, "recall@10": round(recall, 4)}


def enough_probes(index: Any, vectors: Vectors, chance: np.random.Generator) -> tuple[int, float]:
    """The fewest cells that have to be looked into, and the recall that was measured with them."""
    queries = vectors[chance.choice(len(vectors), RECALL_SAMPLE, replace=False)]
    noise = chance.standard_normal(queries.shape).astype(np.float32)
    queries = queries + SAMPLE_NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    _, true = faiss.knn(queries, vectors, RECALL_DEPTH, metric=faiss.METRIC_INNER_PRODUCT)
    recalls: dict[int, float] = {}
    for probes in PROBES:
        index.nprobe = probes
        _, found = index.search(queries, RECALL_DEPTH)
        shares = (len(set(one) & set(other)) / RECALL_DEPTH for one, other in zip(found, true, strict=True))
        recalls[probes] = float(np.mean(list(shares)))
        if recalls[probes] >= RECALL:
            return probes, recalls[probes]
    # A byte per dimension blurs a little: where that is what is missing, more cells would only cost time.
    enough = max(recalls.values()) - NEGLIGIBLE
    return next((probes, recall) for probes, recall in recalls.items() if recall >= enough)


def open_vectors(path: Path, ids: Ids) -> FaissVectors:
    """Maps the file, which must not change any more. ``IndexUnusable`` if it is not what ``write_vectors`` wrote."""
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexUnusable from error
    if index.ntotal != len(ids):
        raise IndexUnusable("The index holds another number of vectors than it says.")
    return FaissVectors(index, ids)


def cells_of(index: faiss.Index) -> Any:
    try:
        return faiss.extract_index_ivf(index)
    except RuntimeError:
        return None
