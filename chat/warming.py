"""What the first question would wait seconds for, loaded before it comes."""

import asyncio
from importlib import import_module

import structlog
from channels.db import database_sync_to_async
from django.conf import settings

from chat.language import language_of
from chat.llm import get_model
from chat.tokens import tokenizer_for
from knowledge.search import open_indexes

log = structlog.get_logger(__name__)


async def warm_up() -> None:
    """Fails for nobody: what cannot be loaded now is loaded, or missed, when it is needed."""
    try:
        await asyncio.to_thread(_load)
        await database_sync_to_async(open_indexes)()
    except Exception:
        log.exception("not_warmed_up")


def _load() -> None:
    language_of(["hello"])
    if get_model().reads_prompt:
        tokenizer_for(settings.CHAT_MODEL).count("hello")
        import_module("openai.resources.chat.completions")
