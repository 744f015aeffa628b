"""The reranker that is chosen, if any."""

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from knowledge.rerankers.base import Reranker

RERANKERS = {"words": "knowledge.rerankers.words.WordsReranker"}
# Any other name is a model of the service at RERANK_URL.
REMOTE = "knowledge.rerankers.http.HttpReranker"

__all__ = ["Reranker", "get_reranker"]


def get_reranker() -> Reranker | None:
    """None unless RERANK_MODEL is set: search does without."""
    return load(settings.RERANK_MODEL, settings.RERANK_URL) if settings.RERANK_MODEL else None


@lru_cache
def load(name: str, url: str) -> Reranker:
    engine = RERANKERS.get(name)
    return cast(Reranker, import_string(engine)() if engine else import_string(REMOTE)(name, url))
