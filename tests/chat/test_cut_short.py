"""An answer that did not come to its end says nothing more than the sources do, all the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chat import running, spending
from chat.errors import ModelError
from chat.events import Stage
from chat.llm.base import Finished, ToolCall
from chat.models import Message
from chat.phrases import phrase
from tests.chat.conftest import OnceOpen, in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True)]

ASKED = "How long does a refund take?"
TRUE = "A refund reaches your card in 5 to 10 business days [1]."
INVENTED = "You get a bicycle from the warehouse if you complain loudly [1]."
ENDS = [Finished("length"), Finished("content_filter"), ModelError(retryable=True)]


async def kept() -> Message:
    answer: Message = await in_database(Message.objects.get)(role="bot")
    return answer


@pytest.mark.parametrize("end", ENDS, ids=["length", "filter", "fault"])
async def test_whole_sentences_that_no_source_supports_do_not_stay(visit, model, end):
    model.will_say(f"{TRUE} ", f"{INVENTED} ", "Bank holidays and weekends also", end)

    finished = await (await visit()).ask(ASKED)

    assert finished["text"] == f"{TRUE} Bank holidays and weekends also"
    assert (finished["status"], finished["answered"]) == ("interrupted", False)
    assert [citation["number"] for citation in finished["citations"]] == [1]
    assert (await kept()).trace["taken_out"] == [INVENTED]


async def test_what_is_right_stays_although_its_sources_were_not_named_yet(visit, model):
    said = "A refund takes a while. It reaches your card in 5 to 10 business days."
    model.will_say(said, Finished("length"))

    assert (await (await visit()).ask(ASKED))["text"] == said


async def test_when_nothing_stands_that_is_said_and_can_be_tried_again(visit, model):
    model.will_say(INVENTED, Finished("length"))

    finished = await (await visit()).ask(ASKED)

    assert finished["text"] == phrase("unsupported", "en")
    assert (finished["status"], finished["answered"], finished["citations"]) == ("interrupted", False, [])


async def test_words_about_an_offer_stand_with_it(visit, model, widget, customer):
    model.will_say(ToolCall("c1", "open_ticket", {"subject": "Refund", "text": "Where is my refund?"}))
    said = "Please press the green button below and somebody will look into this for you."
    model.will_say(said, Finished("length"))

    finished = await (await visit(token=token_for(customer, widget))).ask(ASKED)

    assert (finished["status"], finished["text"]) == ("interrupted", said)


async def test_whoever_stops_it_keeps_what_is_supported(visit, model):
    model.gate = asyncio.Event()
    model.will_say(f"{TRUE} {INVENTED} ", "And")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": ASKED})
    message = (await visitor.until("answer.delta"))["message"]

    await visitor.send_json_to({"type": "stop", "message": message})
    finished = await visitor.until("answer.finished")

    assert (finished["status"], finished["text"]) == ("stopped", TRUE)


async def test_whoever_stops_it_while_it_is_written_again_keeps_that_too(visit, model):
    model.gate = gate = OnceOpen()
    model.will_say(f"{TRUE} {INVENTED}")
    model.will_say("For ever", " and ever")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": ASKED})
    message = (await visitor.until("answer.delta"))["message"]
    await gate.holds.wait()

    await visitor.send_json_to({"type": "stop", "message": message})
    finished = await visitor.until("answer.finished")

    assert (finished["text"], finished["answered"]) == (TRUE, False)
    assert finished["citations"]


class Held:
    """Does as before, but only when it is let go."""

    def __init__(self, work: Callable[..., Awaitable[Any]]) -> None:
        self.work = work
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()

    async def __call__(self, *given: Any) -> Any:
        self.reached.set()
        await self.let_go.wait()
        return await self.work(*given)


async def stop(visitor, message: str, times: int) -> None:
    """Returns when the writer has heard it so often."""
    await visitor.send_json_to({"type": "stop", "message": message})
    (writer,) = running._running.values()
    async with asyncio.timeout(5):
        while not (writer._writing and writer._writing.cancelling() == times):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_whoever_stops_it_again_while_it_is_settled_keeps_its_citations(visit, model, monkeypatch):
    settle = Held(spending.settle)
    monkeypatch.setattr(spending, "settle", settle)
    model.gate = asyncio.Event()
    model.will_say(f"{TRUE} ", "And")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": ASKED})
    message = (await visitor.until("answer.delta"))["message"]
    await stop(visitor, message, 1)
    await settle.reached.wait()
    await stop(visitor, message, 2)
    settle.let_go.set()

    finished = await visitor.until("answer.finished")

    assert (finished["status"], finished["text"]) == ("stopped", TRUE)
    assert [citation["number"] for citation in finished["citations"]] == [1]
    assert (await kept()).trace["usage"]


async def test_whoever_stops_it_as_its_check_begins_is_shown_what_is_supported(visit, model, monkeypatch):
    tell = running.Writer._emit
    checking = Held(tell)
    monkeypatch.setattr(
        running.Writer, "_emit", lambda *told: (checking if told[1] == Stage("checking") else tell)(*told)
    )
    model.will_say(f"{TRUE} {INVENTED}")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": ASKED})
    message = (await visitor.until("answer.delta"))["message"]
    await checking.reached.wait()
    await stop(visitor, message, 1)
    checking.let_go.set()

    finished = await visitor.until("answer.finished")

    assert finished["text"] == TRUE
    assert len(finished["citations"]) == len(model.requests) == 1
