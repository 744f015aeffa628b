"""Words as hashes: no model, no download, the same vectors everywhere. For tests, and where nothing else runs."""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np

from knowledge.embedders.base import Embedder, Vectors, normalised

WORD = re.compile(r"\w+")
TOKEN = re.compile(r"\w+|[^\w\s]")
DIMENSION = 256
# A shared beginning makes "refund" and "refunds" alike.
PREFIX_LENGTH = 5


class HashingEmbedder(Embedder):
    name = "hashing"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for feature in features(text):
                slot = int.from_bytes(blake2b(feature.encode(), digest_size=4).digest(), "little")
                row[slot % DIMENSION] += 1 if slot & 0x8000_0000 else -1
        return normalised(vectors)

    def count_tokens(self, text: str) -> int:
        return len(TOKEN.findall(text))


def features(text: str) -> Iterator[str]:
    for word in WORD.findall(text.lower()):
        yield word
        yield f"{word[:PREFIX_LENGTH]}-"
