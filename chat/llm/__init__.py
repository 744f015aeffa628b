"""Which engine answers. Engines are imported when they are first asked for: the SDK alone takes 1.6 s."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from chat.llm.base import ChatModel

ENGINES = {
    "extractive": "chat.llm.extractive.ExtractiveModel",
    "scripted": "chat.llm.scripted.ScriptedModel",
}
COMPATIBLE = "chat.llm.openai.OpenAIModel"


def get_model(name: str = "") -> ChatModel:
    """The engine for a model name, by default the configured one.

    Names without an engine of their own belong to the OpenAI-compatible endpoint.
    """
    return _load(name or settings.CHAT_MODEL)


@cache
def _load(name: str) -> ChatModel:
    if name in ENGINES:
        return cast(ChatModel, import_string(ENGINES[name])())
    return cast(ChatModel, import_string(COMPATIBLE)(name))
