"""Which engine answers. Engines are imported when they are first asked for."""

from functools import cache
from typing import Literal, cast

from django.conf import settings
from django.utils.module_loading import import_string

from chat.llm.base import ChatModel
from chat.llm.guarded import GuardedModel
from chat.llm.openai import Endpoint, OpenAIModel

ENGINES = {
    "extractive": "chat.llm.extractive.ExtractiveModel",
    "scripted": "chat.llm.scripted.ScriptedModel",
}
# What a model is asked for, and the setting that names it. An empty one means that of answers.
Purpose = Literal["answer", "rewrite", "summary"]
SETTINGS: dict[Purpose, str] = {"answer": "CHAT_MODEL", "rewrite": "REWRITE_MODEL", "summary": "SUMMARY_MODEL"}


def get_model(name: str = "", *, purpose: Purpose = "answer") -> ChatModel:
    """The engine for a model name, by default the one configured for this purpose.

    Names without an engine of their own belong to the OpenAI-compatible endpoint.
    """
    name = name or getattr(settings, SETTINGS[purpose]) or settings.CHAT_MODEL
    if name in ENGINES:
        return _engine(name)
    endpoints = [Endpoint(name, settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY)]
    if settings.FALLBACK_OPENAI_BASE_URL:
        other = settings.FALLBACK_CHAT_MODEL or settings.CHAT_MODEL
        endpoints.append(Endpoint(other, settings.FALLBACK_OPENAI_BASE_URL, settings.FALLBACK_OPENAI_API_KEY))
    return _remote(purpose, *endpoints)


@cache
def _engine(name: str) -> ChatModel:
    return cast(ChatModel, import_string(ENGINES[name])())


@cache
def _remote(purpose: Purpose, *endpoints: Endpoint) -> ChatModel:
    """One for each purpose: short calls that come too late say nothing about answers, which have more time."""
    return GuardedModel(*(OpenAIModel(endpoint) for endpoint in endpoints))
