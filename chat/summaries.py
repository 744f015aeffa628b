"""Older turns in a few lines, for prompts that have no room for them.

A summary is of one conversation and stays with it. It is made of what others wrote, so in a prompt it is data like
all of that.
"""

from collections import Counter
from collections.abc import Sequence

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError

from chat import selectors, services, spending, turns
from chat.errors import ModelError
from chat.llm import get_model
from chat.llm.completion import complete
from chat.prompts.summarising import listed, summary_messages
from chat.records import Turn
from chat.tokens import tokenizer_for

log = structlog.get_logger(__name__)

SUMMARY_TOKENS = 250
SUMMARY_SECONDS = 30


async def summarise(conversation_id: int, until: int) -> None:
    """Keeps a summary of the turns up to ``until``, made of the one before and of what was said since.

    Never raises for what may be away: the next answer that has no room for them tries again.
    """
    try:
        summary, said = await database_sync_to_async(selectors.to_summarise)(conversation_id, until)
        if said:
            text = await _by_model(conversation_id, summary, said) or listed(summary, said)
            await database_sync_to_async(services.keep_summary)(conversation_id, text, until)
    except (OperationalError, InterfaceError) as error:
        log.warning("not_summarised", error=type(error).__name__)


async def _by_model(conversation_id: int, summary: str, said: Sequence[Turn]) -> str:
    """One short call. Empty if there is no model or no money for it, or it does not come to its end."""
    model = get_model(purpose="summary")
    if not model.reads_prompt:
        return ""
    most = turns.most_of_a_call(SUMMARY_TOKENS)
    widget_id = await database_sync_to_async(selectors.widget_id_of)(conversation_id)
    if not await spending.allowed_after(widget_id, most):
        return ""
    used: Counter[str] = Counter()
    tokenizer = tokenizer_for(model.name)
    budget = tokenizer.usable(settings.CHAT_CONTEXT_TOKENS - SUMMARY_TOKENS)
    messages = summary_messages(summary, said, budget=budget, count=tokenizer.count)
    try:
        return await complete(model, messages, SUMMARY_TOKENS, SUMMARY_SECONDS, used)
    except ModelError:
        return ""
    finally:
        await spending.settle(widget_id, used, most)
