"""Older turns in a few lines, for prompts that have no room for them.

A summary is of one conversation and stays with it. It is made of what others wrote, so in a prompt it is data like
all of that.
"""

from collections.abc import Sequence
from contextlib import aclosing

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts.records import ANONYMOUS
from chat import selectors, services
from chat.errors import ModelError
from chat.llm import get_model
from chat.llm.base import ModelRequest, TextDelta
from chat.prompts.summarising import listed, summary_messages
from chat.records import AnswerContext, Question, Turn
from chat.tokens import tokenizer_for

log = structlog.get_logger(__name__)

SUMMARY_TOKENS = 250
NO_CONTEXT = AnswerContext(Question("", "", None), "", (), ANONYMOUS, ())


async def summarise(conversation_id: int, until: int) -> None:
    """Keeps a summary of the turns up to ``until``, made of the one before and of what was said since.

    Never raises for what may be away: the next answer that has no room for them tries again.
    """
    try:
        summary, turns = await database_sync_to_async(selectors.to_summarise)(conversation_id, until)
        if turns:
            text = await _by_model(summary, turns) or listed(summary, turns)
            await database_sync_to_async(services.keep_summary)(conversation_id, text, until)
    except (OperationalError, InterfaceError) as error:
        log.warning("not_summarised", error=type(error).__name__)


async def _by_model(summary: str, turns: Sequence[Turn]) -> str:
    """One short call. Empty if there is no model, or it does not come to its end."""
    model = get_model()
    if not model.reads_prompt:
        return ""
    tokenizer = tokenizer_for(model.name)
    budget = tokenizer.usable(settings.CHAT_CONTEXT_TOKENS - SUMMARY_TOKENS)
    messages = summary_messages(summary, turns, budget=budget, count=tokenizer.count)
    text = ""
    try:
        async with aclosing(model.stream(ModelRequest(NO_CONTEXT, messages, SUMMARY_TOKENS))) as events:
            async for event in events:
                text += event.text if isinstance(event, TextDelta) else ""
    except ModelError:
        return ""
    return text.strip()
