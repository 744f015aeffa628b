"""What a rewording is. Adding one: a file here, a line in ``__init__``, a parameter of the contract test."""

from collections.abc import Sequence
from typing import Protocol


class Rewording(Protocol):
    """Safe to use from several threads, and quick: whoever asked waits for it."""

    def reworded(self, question: str) -> Sequence[str]:
        """Other ways to ask the same, none of which is the question itself. They count like its sentences."""
