"""Other words for a question, searched besides it, if that is wanted."""

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from knowledge.rewordings.base import Rewording

REWORDINGS = {"keywords": "knowledge.rewordings.keywords.Keywords"}

__all__ = ["REWORDINGS", "Rewording", "get_rewording"]


def get_rewording() -> Rewording | None:
    """None unless SEARCH_REWORDING is set: the question is searched as it stands."""
    return load(settings.SEARCH_REWORDING) if settings.SEARCH_REWORDING else None


@lru_cache
def load(name: str) -> Rewording:
    return cast(Rewording, import_string(REWORDINGS[name])())
