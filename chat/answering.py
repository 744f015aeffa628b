"""From a question to an answer, readable top to bottom:
rewriting → context → curated answer → evidence → prompt → stream → citations → answer.

Who runs it, for how long, and where the answer is stored is ``running.py``'s business.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from channels.db import database_sync_to_async

from accounts.connectors.live import Looked
from accounts.records import CustomerRecord
from accounts.selectors import customer_record
from chat import clarifying, connecting, smalltalk
from chat.context import Found, assemble, found_for
from chat.curated import curated_answer
from chat.events import Delta, Emit, Stage
from chat.evidence import is_unknown_customer, judged
from chat.llm import get_model
from chat.named import with_named
from chat.records import Answer, AnswerContext, Question
from chat.refusals import asked_back_or_refused, without_words
from chat.remarks import remarked
from chat.rewriting import StandAlone, stand_alone
from chat.tracing import Trace, traced_sources
from chat.writing import write
from knowledge.search import embed_ahead


async def answer_question(question: Question, emit: Emit, trace: Trace | None = None) -> Answer:
    """The answer, after everything of it that may be shown went through ``emit`` piece by piece.

    Never raises for a model's failure: the extractive engine steps in, or what was said so far is
    returned as interrupted. Whoever may end it early, and would know how far it came, brings a ``trace`` along.
    """
    trace = trace or Trace()
    emit = _timed(emit, trace)
    if not sees_images(question) and (short := without_search(question)):
        return await _said(short, emit, trace)
    if question.images:
        trace.note(images_sent=0, images_unread=len(question.images))
    await emit(Stage("searching"))
    with trace.stage("rewrite"):
        asked = await stand_alone(question, trace)
    trace.note(query=asked.query, rewritten_by=asked.by)
    if not asked.query.strip():
        return await _said(without_words(question), emit, trace)
    context = await _context(question, asked, trace)
    answer = await _from(context, emit, trace)
    return replace(answer, sign_in=is_unknown_customer(context))


async def _from(context: AnswerContext, emit: Emit, trace: Trace) -> Answer:
    if curated := await curated_answer(context):
        return await _said(remarked(curated, context), emit, trace)
    context = await _judged(context, trace)
    if context.verdict and not context.verdict.is_worth_a_model:
        return await _said(remarked(asked_back_or_refused(context), context), emit, trace)
    await emit(Stage("reading"))
    answer = await write(context, emit, trace)
    return replace(answer, trace=trace.as_dict())


async def _context(question: Question, asked: StandAlone, trace: Trace) -> AnswerContext:
    """Sockets share one thread for the database; embedding takes too long to hold all of them up.

    The record is read meanwhile, and the company's other systems are asked.
    """

    async def embed() -> None:
        with trace.stage("embed"):
            await asyncio.to_thread(embed_ahead, asked.query, asked.also)

    async def read() -> CustomerRecord:
        with trace.stage("context"):
            record: CustomerRecord = await database_sync_to_async(_record)(question, asked.query)
            return record

    looking_up = connecting.looked_up(question, asked.query, trace)
    record, _, looked = await asyncio.gather(read(), embed(), looking_up)
    with trace.stage("search"):
        searching = database_sync_to_async(found_for)(question, asked.query, asked.also, record.plans)
        found: Found = await searching
    with trace.stage("context"):
        context = assemble(question, asked.query, found, with_live(record, looked))
    trace.note(sources=traced_sources(context))
    return replace(context, images_seen=asked.images_seen)


def _record(question: Question, query: str) -> CustomerRecord:
    return with_named(customer_record(question.customer_id, question.sees), question, query)


async def _judged(context: AnswerContext, trace: Trace) -> AnswerContext:
    with trace.stage("evidence"):
        verdict = await asyncio.to_thread(judged, context)
    trace.note(verdict=verdict.traced())
    return replace(context, verdict=verdict)


def with_live(record: CustomerRecord, found: Sequence[Looked]) -> CustomerRecord:
    """What was asked for because the question needs it comes first."""
    facts = (replace(looked.fact, asked_for=True) for looked in found)
    return replace(record, facts=(*facts, *record.facts)) if found else record


def sees_images(question: Question) -> bool:
    """Whether there are any, and the model takes them: then they may say what is asked."""
    return bool(question.images) and get_model().takes_images


def without_search(question: Question) -> Answer | None:
    """What is said to words that nothing can be searched for with."""
    if said := smalltalk.reply(question):
        small_talk = Answer(text=said, engine="smalltalk", outcome="small_talk")
        return without_words(question) if question.images else small_talk
    if back := clarifying.for_more(question):
        return Answer(text=back, answered=False, engine="none", outcome="asked")
    return None


def _timed(emit: Emit, trace: Trace) -> Emit:
    """Whoever speaks first: the customer has something to read."""

    async def timed(event: Stage | Delta) -> None:
        if isinstance(event, Delta):
            trace.first("first_token")
        await emit(event)

    return timed


async def _said(answer: Answer, emit: Emit, trace: Trace) -> Answer:
    await emit(Delta(answer.text))
    return replace(answer, trace=trace.as_dict())
