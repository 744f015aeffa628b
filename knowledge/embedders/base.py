"""What an embedder is. Adding one: a file here, a line in ``__init__``, a parameter of the contract test."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
REMEMBERED_QUERIES = 512


class Embedder(ABC):
    """Texts in, vectors of length 1 out. Safe to use from several threads; ``EmbeddingError`` if it fails.

    ``name`` identifies the vectors: those of two names are never compared.
    """

    name: str

    def __init__(self) -> None:
        self.embed_query = lru_cache(REMEMBERED_QUERIES)(self._embed_query)

    @property
    @abstractmethod
    def dimension(self) -> int: ...

    @abstractmethod
    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in their order, however many there are."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """How much of the model's input the text takes."""

    def _embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed([text])[0]
        vector.setflags(write=False)
        return vector


def normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
