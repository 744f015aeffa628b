"""What an answer keeps of how it was made."""

import hashlib
import re
from typing import Any

import pytest

from chat.answering import answer_question
from chat.llm.base import ToolCall
from chat.records import Question
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

STAGES = {"rewrite_ms", "embed_ms", "search_ms", "context_ms", "first_token_ms", "total_ms"}
ASKED = "How long does a refund take?"
SENT = re.compile(r"<<(\w+) source \[(\d+)\].*?>>\n(.*?)\n<<\1 end>>", re.DOTALL)
REFUNDS = "A refund reaches your card in 5 to 10 business days."
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


def fingerprints_in(request: Any) -> dict[int, str]:
    """Of what really stands in a request's blocks, by their numbers."""
    texts = "\n".join(str(message["content"]) for message in request.messages)
    return {int(number): hashlib.sha256(text.encode()).hexdigest()[:12] for _, number, text in SENT.findall(texts)}


def traced(trace: dict[str, Any]) -> dict[int, str]:
    return {each["number"]: each["sha256"] for each in trace["sent"]}


async def test_it_is_kept_which_sources_were_sent_and_a_fingerprint_of_each(widget, customer, model):
    model.will_say(
        ToolCall("c1", "get_ticket", {"number": "T-7"}), ToolCall("c2", "search_documents", {"query": "seats"})
    )
    model.will_say(TRUE)

    trace = await trace_of(ASKED, customer)

    assert traced(trace) == fingerprints_in(model.requests[-1])
    assert traced(trace).keys() == {source["number"] for source in trace["sources"]}
    assert hashlib.sha256(REFUNDS.encode()).hexdigest()[:12] in traced(trace).values()


async def test_what_had_no_room_was_not_sent(widget, customer, model, settings):
    settings.CHAT_CONTEXT_TOKENS = 2048
    await customer.tickets.acreate(number="T-9", subject="Refund " * 70, status="open")
    model.will_say(TRUE)

    trace = await trace_of(ASKED, customer)

    sent = fingerprints_in(model.requests[-1])
    assert traced(trace) == sent
    assert sent.keys() < {source["number"] for source in trace["sources"]}


async def test_without_a_prompt_nothing_is_said_to_be_sent(widget, settings):
    settings.CHAT_MODEL = "extractive"

    assert "sent" not in await trace_of(ASKED)
