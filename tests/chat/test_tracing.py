"""What an answer keeps of how it was made."""

from typing import Any

import pytest

from chat.answering import answer_question
from chat.records import Question
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

STAGES = {"rewrite_ms", "embed_ms", "search_ms", "context_ms", "first_token_ms", "total_ms"}
ASKED = "How long does a refund take?"
TRUE = "A refund reaches your card in 5 to 10 business days [1]."


async def trace_of(text: str, customer: Any = None) -> dict[str, Any]:
    async def ignore(_: object) -> None:
        pass

    question = Question(text, "Help", None, actor=factories.actor(customer))
    return (await answer_question(question, ignore)).trace


@pytest.mark.parametrize("engine", ["extractive", "scripted"])
@pytest.mark.parametrize("text", [ASKED, "What is the capital of France?"])
async def test_every_stage_is_timed(widget, customer, model, settings, engine, text):
    settings.CHAT_MODEL = engine
    model.will_say(TRUE)

    trace = await trace_of(text, customer)

    assert trace.keys() >= STAGES
    assert all(0 <= trace[stage] <= trace["total_ms"] for stage in STAGES)


async def test_small_talk_has_no_stages_but_its_words(widget):
    assert {name for name in await trace_of("Hi!") if name.endswith("_ms")} == {"first_token_ms", "total_ms"}
