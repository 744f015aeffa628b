"""As many vectors as are asked for, spread as real ones are: those of real passages, turned at random.

One rotation keeps all angles between the passages it turns; many of them fill the space with clouds of that shape.
"""

import re
from collections.abc import Sequence

import numpy as np

from knowledge.embedders import Embedder, Vectors
from knowledge.text.chunking import chunk
from supportbot.demo.company import DOCUMENTS

QUESTION_WORDS = 9


class RealVectors:
    """Of the passages of the demo company, and of pieces of them that stand for questions."""

    def __init__(self, embedder: Embedder, passages: int = 400, questions: int = 100) -> None:
        texts = demo_passages(embedder)[:passages]
        self.passages = embedder.embed(texts)
        self.questions = embedder.embed(pieces(texts)[:questions])

    def rotated(self, count: int, seed: int) -> Vectors:
        """``count`` passages: each few hundred by a rotation of their own."""
        return self.turned(self.passages, count, seed)

    def asked(self, count: int, seed: int) -> Vectors:
        """Questions to the passages of ``rotated`` with the same seed."""
        return self.turned(self.questions, count, seed)

    @staticmethod
    def turned(vectors: Vectors, count: int, seed: int) -> Vectors:
        rotations = -(-count // len(vectors))
        parts = [vectors @ rotation(vectors.shape[1], seed + number) for number in range(rotations)]
        return np.ascontiguousarray(np.concatenate(parts)[:count])


def rotation(dimension: int, seed: int) -> Vectors:
    square = np.random.default_rng(seed).standard_normal((dimension, dimension)).astype(np.float32)
    orthogonal: Vectors = np.linalg.qr(square)[0]
    return orthogonal


def demo_passages(embedder: Embedder) -> list[str]:
    files = sorted(DOCUMENTS.rglob("*.md"))
    return [piece.text for file in files for piece in chunk(file.stem, file.read_text(), embedder.count_tokens, 120)]


def pieces(texts: Sequence[str]) -> list[str]:
    """A few words out of the middle of each, as people ask."""
    words = [re.findall(r"\w+", text) for text in texts]
    return [" ".join(each[len(each) // 2 :][:QUESTION_WORDS]) for each in words if len(each) > 2 * QUESTION_WORDS]
