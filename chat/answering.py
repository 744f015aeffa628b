"""From a question to an answer, readable top to bottom:
rewriting → context → curated answer → evidence → prompt → stream → citations → answer.

Who runs it, for how long, and where the answer is stored is ``running.py``'s business.
"""

import asyncio
from dataclasses import replace

from channels.db import database_sync_to_async

from accounts.selectors import customer_record
from chat import clarifying, smalltalk
from chat.context import build_context
from chat.curated import curated_answer
from chat.events import Delta, Emit, Stage
from chat.evidence import judged
from chat.records import Answer, AnswerContext, Question
from chat.refusals import asked_back_or_refused
from chat.rewriting import StandAlone, stand_alone
from chat.tracing import Trace, traced_sources
from chat.writing import write
from knowledge.search import embed_ahead


async def answer_question(question: Question, emit: Emit) -> Answer:
    """The answer, after everything of it that may be shown went through ``emit`` piece by piece.

    Never raises for a model's failure: the extractive engine steps in, or what was said so far is
    returned as interrupted.
    """
    if small_talk := smalltalk.reply(question):
        return await _said(small_talk, emit, Answer(text=small_talk, engine="smalltalk", outcome="small_talk"))
    if back := clarifying.for_more(question):
        return await _said(back, emit, Answer(text=back, answered=False, engine="none", outcome="asked"))
    trace = Trace()
    await emit(Stage("searching"))
    with trace.stage("rewrite"):
        asked = await stand_alone(question)
    context = await _context(question, asked, trace)
    if curated := await curated_answer(context):
        return await _said(curated.text, emit, replace(curated, trace=trace.as_dict()))
    context = await _judged(context, trace)
    if context.verdict and not context.verdict.is_worth_a_model:
        refused = asked_back_or_refused(context)
        return await _said(refused.text, emit, replace(refused, trace=trace.as_dict()))
    await emit(Stage("reading"))
    answer = await write(context, emit, trace)
    return replace(answer, trace=trace.as_dict())


async def _context(question: Question, asked: StandAlone, trace: Trace) -> AnswerContext:
    """Sockets share one thread for the database; embedding takes too long to hold all of them up.

    The record is read meanwhile.
    """
    with trace.stage("embed"):
        reading = database_sync_to_async(customer_record)(question.customer_id)
        record, _ = await asyncio.gather(reading, asyncio.to_thread(embed_ahead, asked.query))
    with trace.stage("context"):
        building = database_sync_to_async(build_context)(question, asked.query, asked.also, record)
        context: AnswerContext = await building
    trace.note(query=asked.query, rewritten_by=asked.by, sources=traced_sources(context))
    return context


async def _judged(context: AnswerContext, trace: Trace) -> AnswerContext:
    with trace.stage("evidence"):
        verdict = await asyncio.to_thread(judged, context)
    trace.note(verdict=verdict.traced())
    return replace(context, verdict=verdict)


async def _said(text: str, emit: Emit, answer: Answer) -> Answer:
    await emit(Delta(text))
    return answer
