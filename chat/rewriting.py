"""A follow-up becomes a question that can be searched for: by rules, or by a model where there is one.

What stands alone is left as it is, whatever was said before it.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import structlog
from channels.db import database_sync_to_async
from django.conf import settings

from chat import spending
from chat.context import audience_of
from chat.errors import ModelError
from chat.followups import rewritten_by_rules, stands_alone, telling_words
from chat.hygiene import clean
from chat.llm import get_model
from chat.llm.completion import complete
from chat.prompts.rewriting import rewrite_messages
from chat.records import Question
from knowledge.search import embed_ahead, nearness

log = structlog.get_logger(__name__)

# What comes this near to the documents without what was said before, of how near it comes with that, is about
# something of its own. Of a hundred follow-ups that leave a doubt five do, of a hundred changes of subject eighty.
NEAR_BY_ITSELF = 0.75

MAX_TOKENS = 60
LONGEST = 300


@dataclass(frozen=True)
class StandAlone:
    """What to search for, ``also`` in which other words, and who put it so."""

    query: str
    also: tuple[str, ...] = ()
    by: Literal["itself", "rules", "model"] = "itself"


async def stand_alone(question: Question) -> StandAlone:
    """Never fails: a model that is away, late or over its budget leaves it to the rules."""
    ruled = rewritten_by_rules(question.text, question.history)
    if ruled == question.text or stands_alone(question.text):
        return StandAlone(question.text)
    if not question.history[-1].asks and await _is_near_by_itself(question, ruled):
        return StandAlone(question.text)
    if written := await _by_model(question):
        return StandAlone(written, also=(ruled,), by="model")
    return StandAlone(ruled, also=(question.text,), by="rules")


async def _is_near_by_itself(question: Question, ruled: str) -> bool:
    """Other than the words of a question, the documents know what it can be about."""

    def near() -> list[float]:
        return nearness([question.text, ruled], audience_of(question), collection_ids=question.collection_ids)

    await asyncio.gather(*(asyncio.to_thread(embed_ahead, text) for text in (question.text, ruled)))
    alone, together = await database_sync_to_async(near)()
    return bool(alone > 0 and alone >= NEAR_BY_ITSELF * together)


async def _by_model(question: Question) -> str:
    """One short call. Empty if there is no model, none may be asked, or it says something else."""
    model = get_model(purpose="rewrite")
    if not model.reads_prompt or not await spending.has_room(question):
        return ""
    used: Counter[str] = Counter()
    said = ""
    try:
        said = await complete(model, rewrite_messages(question), MAX_TOKENS, settings.CHAT_REWRITE_SECONDS, used)
    except ModelError as error:
        log.warning("not_rewritten", model=model.name, reason=error.reason)
    finally:
        await spending.add(question, used)
    return accepted(said, question)


def accepted(said: str, question: Question) -> str:
    """The question a model wrote, or nothing if it is none: several lines, too long, or in words nobody used."""
    text = clean(said).strip().strip("\"'“”`").strip()
    conversation = " ".join([*(turn.text for turn in question.history), question.text])
    is_about_it = not set(telling_words(text)).isdisjoint(telling_words(conversation))
    return text if is_about_it and "\n" not in text and len(text) <= LONGEST else ""
