"""How documents are made into vectors: which model, in pieces of which size, cut by which rules.

Passages of two recipes are never in one index. When the recipe changes, documents are cut again beside the passages
that are served, and the index switches when all of them are done.
"""

from dataclasses import dataclass

from django.conf import settings

from knowledge.text.chunking import CHUNKER


@dataclass(frozen=True)
class Recipe:
    model: str
    tokens: int
    chunker: int

    def __str__(self) -> str:
        return f"{self.model}/{self.tokens}/{self.chunker}"


def current_recipe() -> Recipe:
    """What the settings and this release ask for."""
    return Recipe(settings.EMBEDDING_MODEL, settings.CHUNK_TOKENS, CHUNKER)


def parse_recipe(text: str) -> Recipe | None:
    """None for a text that is none, such as that of passages made before there were recipes."""
    model, _, rest = text.rpartition("/")
    model, _, tokens = model.rpartition("/")
    if not (model and tokens.isdecimal() and rest.isdecimal()):
        return None
    return Recipe(model, int(tokens), int(rest))
