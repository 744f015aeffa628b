"""From a question to an answer, readable top to bottom: context → prompt → stream → citations → answer.

Who runs it, for how long, and where the answer is stored is ``running.py``'s business.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from chat import smalltalk, tokens
from chat.citations import CitationWriter
from chat.context import build_context
from chat.errors import ModelError
from chat.frames import clean
from chat.llm import get_model
from chat.llm.base import ChatModel, Finished, ModelRequest, TextDelta
from chat.prompts import build_messages
from chat.records import Answer, AnswerContext, AnswerStatus, Question
from knowledge.search import embed_ahead

log = structlog.get_logger(__name__)

FALLBACK = "extractive"
# The cosine from which a page is about the same subject, though it may not answer.
RELATED = 0.3
FALLBACK_NOTE = "I can't reach my language model right now, so here is what I found word for word:\n\n"
# How a model says that it was not done: out of tokens, or silenced by a filter.
CUT_SHORT = {"length", "content_filter"}
NOTHING_FOUND = "I couldn't find anything about that in the documentation. A person can help you further."


@dataclass(frozen=True)
class Stage:
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Delta:
    text: str


Emit = Callable[[Stage | Delta], Awaitable[None]]


async def answer_question(question: Question, emit: Emit) -> Answer:
    """The answer, after everything of it that may be shown went through ``emit`` piece by piece.

    Never raises for a model's failure: the extractive engine steps in, or what was said so far is
    returned as interrupted.
    """
    if small_talk := smalltalk.reply(question):
        await emit(Delta(small_talk))
        return Answer(text=small_talk, engine="smalltalk")
    started = perf_counter()
    await emit(Stage("searching"))
    # Sockets share one thread for the database; embedding takes too long to hold all of them up.
    await asyncio.to_thread(embed_ahead, question.text)
    context = await database_sync_to_async(build_context)(question)
    trace = {"query": question.text, "context_ms": _since(started), "sources": _traced(context)}
    if not context.sources:
        await emit(Delta(NOTHING_FOUND))
        return Answer(text=NOTHING_FOUND, answered=False, engine="none", trace=trace)
    await emit(Stage("reading"))
    answer = await _answer_with_fallback(context, emit)
    return replace(answer, trace={**trace, **answer.trace, "total_ms": _since(started)})


async def _answer_with_fallback(context: AnswerContext, emit: Emit) -> Answer:
    model = get_model()
    try:
        return await _write(model, context, emit)
    except ModelError:
        if model.name == FALLBACK:
            raise
    log.warning("fallback_to_extractive", model=model.name)
    return await _write(get_model(FALLBACK), context, emit, preface=FALLBACK_NOTE)


async def _write(model: ChatModel, context: AnswerContext, emit: Emit, preface: str = "") -> Answer:
    """Streams one model's answer. Raises ModelError only if nothing of it was shown yet.

    One that is cancelled after that ends as interrupted, with the citations of what was shown.
    """
    writer = CitationWriter(context.sources)
    started = perf_counter()
    trace: dict[str, Any] = {}
    shown = ""

    async def show(text: str) -> None:
        nonlocal shown
        if text:
            trace.setdefault("first_token_ms", _since(started))
            text = text if shown else preface + text
            shown += text
            await emit(Delta(text))

    status: AnswerStatus = "complete"
    try:
        async with aclosing(model.stream(_request(model, context))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text = writer.feed(clean(event.text))
                    if writer.unknown and not shown:
                        # Whatever a model goes on to say after this has no source.
                        await show(NOTHING_FOUND)
                        break
                    await show(text)
                elif isinstance(event, Finished):
                    trace["usage"] = event.usage
                    status = "interrupted" if event.reason in CUT_SHORT else "complete"
                    await show(writer.close())
                else:
                    raise ModelError(retryable=True)  # a call to a tool that was never offered
        if not shown:
            raise ModelError(retryable=True)
    except (ModelError, asyncio.CancelledError):
        if not shown:
            raise
        status = "interrupted"
    citations = tuple(cited for cited in writer.citations if f"[{cited.number}]" in shown)
    answered = bool(citations) and not writer.unknown
    return Answer(
        text=shown.rstrip(),
        status=status,
        answered=answered and status == "complete",
        citations=citations,
        suggestions=() if answered else _nearest_pages(context),
        engine=model.name,
        trace=trace,
    )


def _request(model: ChatModel, context: AnswerContext) -> ModelRequest:
    budget = settings.CHAT_CONTEXT_TOKENS - settings.CHAT_ANSWER_TOKENS
    today = f"{timezone.now():%A, %d %B %Y}"
    messages = build_messages(context, today=today, budget=budget, count=tokens.count) if model.reads_prompt else []
    return ModelRequest(context, messages, settings.CHAT_ANSWER_TOKENS)


def _nearest_pages(context: AnswerContext) -> tuple[str, ...]:
    """What the customer may have meant: the titles of pages that are near enough to the question, each once."""
    near = (passage.title for passage in context.passages if passage.similarity >= RELATED)
    return tuple(dict.fromkeys(near))[:3]


def _traced(context: AnswerContext) -> list[dict[str, Any]]:
    passages = [
        {"chunk": passage.chunk_id, "title": passage.title, "score": round(passage.score, 4)}
        for passage in context.passages
    ]
    others = [{"kind": source.kind, "title": source.title} for source in context.sources[len(passages) :]]
    return [*passages, *others]


def _since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
