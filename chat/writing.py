"""One answer by the configured engine, or by the one without a model when that fails or may not be asked."""

import structlog

from chat import spending, turns
from chat.checking import answer_from
from chat.drafting import Draft
from chat.errors import ModelError, QuestionTooLong
from chat.events import Delta, Emit
from chat.llm import get_model
from chat.llm.base import ChatModel
from chat.phrases import phrase
from chat.records import Answer, AnswerContext
from chat.stopping import to_its_end
from chat.tracing import Trace

log = structlog.get_logger(__name__)

FALLBACK = "extractive"


async def write(context: AnswerContext, emit: Emit, trace: Trace) -> Answer:
    """Never raises for a model's failure: the extractive engine steps in and says so."""
    model, fallback = get_model(), get_model(FALLBACK)
    if model is fallback:
        return await _written(Draft(fallback, context, emit, trace), emit, trace)
    if refusal := await spending.allowed(context.question):
        trace.note(not_asked=model.name, cap=refusal.cap)
        return await _written(Draft(fallback, context, emit, trace, refusal.preface), emit, trace)
    try:
        return await _paid(model, context, emit, trace)
    except QuestionTooLong:
        text = phrase("too_long", context.question.language)
        await emit(Delta(text))
        return Answer(text=text, answered=False, outcome="refused", engine=model.name)
    except ModelError:
        log.warning("fallback_to_extractive", model=model.name)
    trace.note(fallback_from=model.name)
    away = phrase("model_away", context.question.language) + "\n\n"
    return await _written(Draft(fallback, context, emit, trace, away), emit, trace)


async def _paid(model: ChatModel, context: AnswerContext, emit: Emit, trace: Trace) -> Answer:
    """What it took is settled however it ends."""
    draft = Draft(model, context, emit, trace)
    try:
        return await _written(draft, emit, trace)
    finally:
        widget_id = context.question.widget_id
        cost = await to_its_end(spending.settle(widget_id, draft.usage, turns.most_of_a_turn()))
        trace.note(usage=dict(draft.usage))
        trace.count("cost_micro", cost)


async def _written(draft: Draft, emit: Emit, trace: Trace) -> Answer:
    await draft.write()
    answer = await answer_from(draft, emit, trace)
    if not draft.shown:
        await emit(Delta(answer.text))
    return answer
