"""One answer written by an engine, as its text comes: what may be shown is shown at once, with its citations.

When the engine fails before it has said anything, the one without a model steps in and says so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils import timezone

from chat import spending
from chat.citations import CitationWriter
from chat.errors import ModelError, QuestionTooLong
from chat.hygiene import clean
from chat.llm import get_model
from chat.llm.base import CUT_SHORT, ChatModel, Finished, ModelRequest, TextDelta
from chat.phrases import phrase
from chat.prompts import build_prompt
from chat.records import Answer, AnswerContext, AnswerStatus
from chat.tokens import tokenizer_for
from chat.tracing import Trace

log = structlog.get_logger(__name__)

FALLBACK = "extractive"
# The cosine from which a page is about the same subject, though it may not answer.
RELATED = 0.3


@dataclass(frozen=True)
class Stage:
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Delta:
    text: str


Emit = Callable[[Stage | Delta], Awaitable[None]]


async def write(context: AnswerContext, emit: Emit, trace: Trace) -> Answer:
    """By the configured engine. Never raises for its failure, unless nothing is left that could answer."""
    model, fallback = get_model(), get_model(FALLBACK)
    if model is fallback:
        return await _written(fallback, context, emit, trace)
    if refusal := await spending.allowed(context.question):
        trace.note(not_asked=model.name, cap=refusal.cap)
        return await _written(fallback, context, emit, trace, preface=refusal.preface)
    try:
        return await _paid(model, context, emit, trace)
    except QuestionTooLong as error:
        await emit(Delta(error.user_message))
        return Answer(text=error.user_message, answered=False, outcome="refused", engine=model.name)
    except ModelError:
        log.warning("fallback_to_extractive", model=model.name)
    trace.note(fallback_from=model.name)
    preface = f"{phrase('model_away', context.question.language)}\n\n"
    return await _written(fallback, context, emit, trace, preface=preface)


async def _paid(model: ChatModel, context: AnswerContext, emit: Emit, trace: Trace) -> Answer:
    """What it took is settled however it ends."""
    try:
        return await _written(model, context, emit, trace)
    except (ModelError, QuestionTooLong) as error:
        if isinstance(error, QuestionTooLong) or not error.billed:
            trace.note(usage={})
        raise
    finally:
        trace.note(cost_micro=await spending.settle(context.question, trace.noted("usage")))


async def _written(model: ChatModel, context: AnswerContext, emit: Emit, trace: Trace, preface: str = "") -> Answer:
    """Streams one engine's answer. Raises ModelError only if nothing of it was shown yet.

    One that is cancelled after that ends as interrupted, with the citations of what was shown.
    """
    writer = CitationWriter(context.sources)
    shown = ""

    async def show(text: str) -> None:
        nonlocal shown
        if text:
            trace.first("first_token")
            text = text if shown else preface + text
            shown += text
            await emit(Delta(text))

    engine = model.name
    status: AnswerStatus = "complete"
    try:
        async with aclosing(model.stream(_request(model, context, trace))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text = writer.feed(clean(event.text))
                    if writer.unknown and not shown:
                        # Whatever a model goes on to say after this has no source.
                        await show(phrase("nothing_found", context.question.language))
                        break
                    await show(text)
                elif isinstance(event, Finished):
                    engine = event.model or engine
                    trace.note(usage=event.usage or None)
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
        outcome="answered" if answered else "refused",
        citations=citations,
        suggestions=() if answered else nearest_pages(context),
        engine=engine,
    )


def _request(model: ChatModel, context: AnswerContext, trace: Trace) -> ModelRequest:
    if not model.reads_prompt:
        return ModelRequest(context, [], settings.CHAT_ANSWER_TOKENS)
    tokenizer = tokenizer_for(model.name)
    budget = tokenizer.usable(settings.CHAT_CONTEXT_TOKENS - settings.CHAT_ANSWER_TOKENS)
    today = f"{timezone.now():%A, %d %B %Y}"
    prompt = build_prompt(context, today=today, budget=budget, count=tokenizer.count)
    trace.note(prompt_tokens=prompt.tokens, left_out=prompt.left_out, summarise_until=prompt.summarise_until)
    return ModelRequest(context, prompt.messages, settings.CHAT_ANSWER_TOKENS)


def nearest_pages(context: AnswerContext) -> tuple[str, ...]:
    """What the customer may have meant: the titles of pages that are near enough to the question, each once."""
    near = (passage.title for passage in context.passages if passage.similarity >= RELATED)
    return tuple(dict.fromkeys(near))[:3]
