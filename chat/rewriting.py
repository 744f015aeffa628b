"""A follow-up becomes a question that can be searched for: by rules, or by a model where there is one.

What stands alone is left as it is, whatever was said before it; unless images are attached to it, and a model can say
what they show.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import structlog
from channels.db import database_sync_to_async
from django.conf import settings

from accounts.masking import mask_secrets
from chat import spending, turns
from chat.context import audience_of
from chat.errors import ModelError
from chat.followups import asks_anew, points_back, rewritten_by_rules, stands_alone, telling_words
from chat.hygiene import clean
from chat.llm import get_model
from chat.llm.base import ChatModel
from chat.llm.completion import complete
from chat.llm.sight import image_tokens
from chat.prompts.building import IMAGES_SHARE, Images
from chat.prompts.rewriting import rewrite_messages
from chat.prompts.room import Room
from chat.records import Image, Question
from chat.stopping import to_its_end
from chat.tracing import Trace
from knowledge.search import embed_ahead, nearness

log = structlog.get_logger(__name__)

# What comes this near to the documents without what was said before, of how near it comes with that, is about
# something of its own. Of a hundred follow-ups that leave a doubt five do, of a hundred changes of subject eighty.
NEAR_BY_ITSELF = 0.75

MAX_TOKENS = 60
LONGEST = 300
# An error's words are longer than a question, and an image takes longer to read.
MAX_TOKENS_WITH_IMAGES = 120
PATIENCE_WITH_IMAGES = 3


@dataclass(frozen=True)
class StandAlone:
    """What to search for, ``also`` in which other words, and who put it so, having seen how many images."""

    query: str
    also: tuple[str, ...] = ()
    by: Literal["itself", "rules", "model"] = "itself"
    images_seen: int = 0


async def stand_alone(question: Question, trace: Trace | None = None) -> StandAlone:
    """Never fails: a model that is away, late or over its budget leaves it to the rules."""
    trace = trace or Trace()
    ruled = rewritten_by_rules(question.text, question.history)
    if question.images and (shown := await _by_sight(question, ruled, trace)):
        return shown
    if ruled == question.text or not question.text or stands_alone(question.text):
        return StandAlone(question.text)
    answers_back = question.history[-1].asks and not asks_anew(question.text)
    if not answers_back and await _is_near_by_itself(question, ruled):
        return StandAlone(question.text)
    if written := await _by_model(question, trace):
        return StandAlone(written, also=(ruled,), by="model")
    if answers_back or points_back(question.text):
        return StandAlone(ruled, also=(question.text,), by="rules")
    return StandAlone(question.text)


async def _is_near_by_itself(question: Question, ruled: str) -> bool:
    """Other than the words of a question, the documents know what it can be about."""

    def near() -> list[float]:
        return nearness([question.text, ruled], audience_of(question), collection_ids=question.collection_ids)

    await asyncio.gather(*(asyncio.to_thread(embed_ahead, text) for text in (question.text, ruled)))
    alone, together = await database_sync_to_async(near)()
    return bool(alone > 0 and alone >= NEAR_BY_ITSELF * together)


async def _by_sight(question: Question, also: str, trace: Trace) -> StandAlone | None:
    """What the images ask, with what is said of them. Nothing where no model sees any."""
    model = next((each for each in (get_model(purpose="rewrite"), get_model()) if each.takes_images), None)
    images = fitting(question.images, model.name) if model else []
    if model is None or not images:
        return None
    messages = rewrite_messages(question, images)
    seconds = settings.CHAT_REWRITE_SECONDS * PATIENCE_WITH_IMAGES
    said = await _said_by(model, question, messages, MAX_TOKENS_WITH_IMAGES, seconds, trace)
    query = accepted(mask_secrets(said), question, saw_images=True)
    return StandAlone(query, (also,) if also else (), "model", len(images)) if query else None


def fitting(images: Sequence[Image], model: str) -> list[Image]:
    """The newest that have room in what the model can read."""
    room = Images(Room(int(IMAGES_SHARE * settings.CHAT_CONTEXT_TOKENS), len), partial(image_tokens, model))
    room.add(images, "the question")
    return [image for image in images if image in room.fitting]


async def _by_model(question: Question, trace: Trace) -> str:
    model = get_model(purpose="rewrite")
    if not model.reads_prompt:
        return ""
    messages = rewrite_messages(question)
    said = await _said_by(model, question, messages, MAX_TOKENS, settings.CHAT_REWRITE_SECONDS, trace)
    return accepted(said, question)


async def _said_by(
    model: ChatModel, question: Question, messages: list[dict[str, Any]], tokens: int, seconds: float, trace: Trace
) -> str:
    """One short call. Empty if none may be made, or nothing comes of it in time. What it took is traced anyway."""
    most = turns.most_of_a_call(tokens)
    if not await spending.allowed_before(question, most):
        return ""
    used: Counter[str] = Counter()
    said = ""
    try:
        said = await complete(model, messages, tokens, seconds, used)
    except ModelError as error:
        log.warning("not_rewritten", model=model.name, reason=error.reason)
    finally:
        cost = await to_its_end(spending.settle(question.widget_id, used, most))
        trace.add("rewrites", {"model": model.name, "usage": dict(used)})
        trace.count("cost_micro", cost)
    return said


def accepted(said: str, question: Question, *, saw_images: bool = False) -> str:
    """The question a model wrote, or nothing if it is none: several lines, too long, or in words nobody used.

    Whoever ``saw_images`` may have its words from there.
    """
    text = clean(said).strip().strip("\"'“”`").strip()
    conversation = " ".join([*(turn.text for turn in question.history), question.text])
    is_about_it = saw_images or not set(telling_words(text)).isdisjoint(telling_words(conversation))
    return text if is_about_it and "\n" not in text and len(text) <= LONGEST else ""
