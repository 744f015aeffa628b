"""Vector search in process. The only file that knows FAISS."""

from collections.abc import Callable, Sequence
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
# A question is not a passage of the index: with this much noise a sample is as far from the nearest passage as short
# questions are, a cosine of about .6.
SAMPLE_NOISE = 1.2
READ_AT_ONCE = 20_000
PROBES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)


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


def write_vectors(path: Path, ids: Ids, read: Callable[[Ids], Vectors]) -> dict[str, Any]:
    """Writes an index whose places are those of ``ids``. Returns how the vectors are kept.

    Many are read some at a time: a million at once are 1.5 GB, and several times that on their way here.
    """
    if len(ids) <= MOST_EXACT:
        index, details = exact(read(ids)), {"kind": "exact"}
    else:
        index, details = in_cells(ids, read)
    faiss.write_index(index, str(path))
    return details


def exact(vectors: Vectors) -> faiss.Index:
    index = faiss.IndexScalarQuantizer(
        max(vectors.shape[1], 1), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    if len(vectors):
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


def in_cells(ids: Ids, read: Callable[[Ids], Vectors]) -> tuple[faiss.Index, dict[str, Any]]:
    """IVF with 4·√n cells, as FAISS's guidelines say, and a byte per dimension."""
    chance, cells = np.random.default_rng(0), int(4 * len(ids) ** 0.5)
    chosen = chance.choice(len(ids), min(len(ids), cells * TRAINING_PER_CELL), replace=False)
    sample = np.ascontiguousarray(read(ids[np.sort(chosen)]), dtype=np.float32)
    index = trained(sample, cells)
    nearest = Nearest(questions_like(sample, chance))
    del sample
    for start in range(0, len(ids), READ_AT_ONCE):
        vectors = np.ascontiguousarray(read(ids[start : start + READ_AT_ONCE]), dtype=np.float32)
        index.add(vectors)
        nearest.see(vectors)
    probes, recall = enough_probes(index, nearest)
    index.nprobe = probes
    return index, {"kind": "cells", "cells": cells, "probes": probes, "recall@10": round(recall, 4)}


def trained(sample: Vectors, cells: int) -> Any:
    dimension = sample.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = TRAINING_ROUNDS
    index.train(sample)
    return index


def questions_like(sample: Vectors, chance: np.random.Generator) -> Vectors:
    chosen = sample[chance.choice(len(sample), RECALL_SAMPLE, replace=False)]
    noise = chance.standard_normal(chosen.shape).astype(np.float32)
    questions: Vectors = chosen + SAMPLE_NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return questions


class Nearest:
    """The true nearest of some questions, found as all vectors pass by in the order of their places."""

    def __init__(self, questions: Vectors) -> None:
        self.questions = questions
        self.scores = np.full((len(questions), RECALL_DEPTH), -np.inf, dtype=np.float32)
        self.places = np.full((len(questions), RECALL_DEPTH), -1, dtype=np.int64)
        self.seen = 0

    def see(self, vectors: Vectors) -> None:
        scores, places = faiss.knn(
            self.questions, vectors, min(RECALL_DEPTH, len(vectors)), metric=faiss.METRIC_INNER_PRODUCT
        )
        scores, places = np.hstack([self.scores, scores]), np.hstack([self.places, places + self.seen])
        best = np.argsort(-scores, axis=1)[:, :RECALL_DEPTH]
        self.scores, self.places = (np.take_along_axis(each, best, axis=1) for each in (scores, places))
        self.seen += len(vectors)

    def recall(self, index: faiss.Index) -> float:
        """The share of them that the index finds."""
        _, found = index.search(self.questions, RECALL_DEPTH)
        shares = [len(set(one) & set(other)) / RECALL_DEPTH for one, other in zip(found, self.places, strict=True)]
        return float(np.mean(shares))


def enough_probes(index: Any, nearest: Nearest) -> tuple[int, float]:
    """The fewest cells that have to be looked into, and the recall that was measured with them."""
    recalls: dict[int, float] = {}
    for probes in PROBES:
        index.nprobe = probes
        recalls[probes] = nearest.recall(index)
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
