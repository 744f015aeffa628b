"""What an embedder is. Adding one: a file here, a line in ``__init__``, a parameter of the contract test."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
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
        self.due: dict[str, Future[dict[str, Vectors]]] = {}
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
        """As ``embed_query``, all that is new in one go: a remote model is asked once.

        What another thread is at work on is waited for.
        """
        wanted = list(dict.fromkeys(texts))
        promise: Future[dict[str, Vectors]] = Future()
        with self.remembering:
            found = {text: self.recall(text) for text in wanted if text in self.remembered}
            due = {text: self.due[text] for text in wanted if text in self.due}
            missing = [text for text in wanted if text not in found and text not in due]
            self.due.update(dict.fromkeys(missing, promise))
        if missing:
            found |= self.keep_promise(promise, missing)
        return found | {text: made.result()[text] for text, made in due.items()}

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """``embed`` for questions: somebody is waiting."""
        return self.embed(texts)

    def recall(self, text: str) -> Vectors:
        self.remembered.move_to_end(text)
        return self.remembered[text]

    def keep_promise(self, promise: "Future[dict[str, Vectors]]", texts: Sequence[str]) -> dict[str, Vectors]:
        """Whoever waits hears of a failure as well."""
        made: dict[str, Vectors] = {}
        try:
            vectors = self.embed_now(texts)
            vectors.setflags(write=False)
            made = dict(zip(texts, vectors, strict=True))
            promise.set_result(made)
        except BaseException as error:
            promise.set_exception(error)
            raise
        finally:
            with self.remembering:
                self.remember(made)
                for text in texts:
                    del self.due[text]
        return made

    def remember(self, vectors: dict[str, Vectors]) -> None:
        self.remembered.update(vectors)
        while len(self.remembered) > REMEMBERED_QUERIES:
            self.remembered.popitem(last=False)


def normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
