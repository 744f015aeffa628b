"""What a reranker is. Adding one: a file here, a line in ``__init__``, a parameter of the contract test."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Reads question and passage together, which search by itself does not. Safe to use from several threads."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One per text, in their order; higher is better, on whatever scale. ``RerankingError`` if it fails."""
