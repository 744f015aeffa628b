"""Which engine answers. Engines are imported when they are first asked for: the SDK alone takes 1.6 s."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from chat.llm.base import ChatModel

ENGINES = {
    "extractive": "chat.llm.extractive.ExtractiveModel",
    "scripted": "chat.llm.scripted.ScriptedModel",
    "openai": "chat.llm.openai.OpenAIModel",
}


@cache
def get_model(name: str | None = None) -> ChatModel:
    """The engine for a model name; names without an engine of their own belong to the OpenAI-compatible endpoint."""
    name = name or settings.CHAT_MODEL
    if name in ENGINES and name != "openai":
        model: ChatModel = import_string(ENGINES[name])()
        return model
    return import_string(ENGINES["openai"])(name)  # type: ignore[no-any-return]
