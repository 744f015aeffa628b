"""Every embedder by name. One instance per process: the models behind them are large."""

from functools import lru_cache
from threading import Lock
from typing import cast

from django.utils.module_loading import import_string

from knowledge.embedders.base import Embedder, Vectors

EMBEDDERS = {
    "minilm": "knowledge.embedders.minilm.MiniLMEmbedder",
    "hashing": "knowledge.embedders.hashing.HashingEmbedder",
}
# Any other name is a model of the OpenAI-compatible endpoint.
REMOTE = "knowledge.embedders.openai.OpenAIEmbedder"

__all__ = ["Embedder", "Vectors", "get_embedder"]

loading = Lock()


def get_embedder(name: str) -> Embedder:
    with loading:
        return load(name)


@lru_cache
def load(name: str) -> Embedder:
    engine = EMBEDDERS.get(name)
    embedder = import_string(engine)() if engine else import_string(REMOTE)(name)
    return cast(Embedder, embedder)
