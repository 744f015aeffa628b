"""What an embedder is. Adding one: a file here, a line in ``__init__``, a parameter of the contract test."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

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
        self.remembered: OrderedDict[str, Vectors] = OrderedDict()
        self.remembering = Lock()

    @property
    @abstractmethod
    def dimension(self) -> int: ...

    @abstractmethod
    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in their order, however many there are."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """How much of the model's input the text takes."""

    def embed_query(self, text: str) -> Vectors:
        """The vector of a question, from memory if it was asked lately."""
        return self.embed_queries([text])[text]

    def embed_queries(self, texts: Iterable[str]) -> dict[str, Vectors]:
        """As ``embed_query``, all that is new in one go: a remote model is asked once."""
        wanted = list(dict.fromkeys(texts))
        found = {text: vector for text in wanted if (vector := self.recall(text)) is not None}
        if missing := [text for text in wanted if text not in found]:
            for text, vector in zip(missing, self.embed_now(missing), strict=True):
                vector.setflags(write=False)
                found[text] = vector
            self.remember({text: found[text] for text in missing})
        return found

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """``embed`` for questions: somebody is waiting."""
        return self.embed(texts)

    def recall(self, text: str) -> Vectors | None:
        with self.remembering:
            if text in self.remembered:
                self.remembered.move_to_end(text)
            return self.remembered.get(text)

    def remember(self, vectors: dict[str, Vectors]) -> None:
        with self.remembering:
            self.remembered.update(vectors)
            while len(self.remembered) > REMEMBERED_QUERIES:
                self.remembered.popitem(last=False)


def normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
