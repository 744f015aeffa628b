"""What was offered under an answer that made way for another is not open any more, and is not shown."""

from datetime import timedelta

import pytest

from accounts.actors import VISITOR
from accounts.models import Ticket
from chat import services
from chat.actions import propose
from chat.llm.base import ToolCall
from chat.models import Message, PendingAction
from chat.records import Answer
from chat.selectors import question_of
from tests.chat.conftest import OnceOpen, Visitor, in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

OFFER = ToolCall("c1", "open_ticket", {"subject": "Refund", "text": "Where is my refund?"})
ASKED = "How long does a refund take?"


def offer(answer_id: int, **arguments: str) -> PendingAction:
    answer = Message.objects.select_related("reply_to").get(pk=answer_id)
    assert answer.reply_to
    return propose(
        question_of(answer.reply_to, answer_id), "hand_over", arguments, title="A person", summary="Somebody comes."
    )


@pytest.fixture
async def ada(visit, model, widget, customer) -> Visitor:
    visitor: Visitor = await visit(token=token_for(customer, widget))
    return visitor


async def test_when_the_question_grows_the_offer_to_its_first_half_is_withdrawn(ada, model):
    model.will_say(OFFER)
    model.will_say("")
    model.gate = gate = OnceOpen()
    await ada.send_json_to({"type": "message", "id": "q1", "text": ASKED})
    action = (await ada.until("answer.action"))["action"]
    model.will_say("A refund takes 5 to 10 business days [1].")

    await ada.send_json_to({"type": "message", "id": "q2", "text": "No ticket, please."})
    withdrawn = await ada.until("answer.action")
    gate.set()
    await ada.until("answer.finished")
    await ada.send_json_to({"type": "confirm", "action": action, "approve": True})

    assert (withdrawn["action"], withdrawn["status"]) == (action, "withdrawn")
    assert (await ada.until("error"))["code"] == "action_expired"
    assert await in_database(Ticket.objects.filter(source="chat").count)() == 0


def begun(widget) -> tuple[int, int]:
    """A conversation and an answer that has begun to speak."""
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    answer = services.post_message(conversation.pk, "1", ASKED).answer
    assert answer
    services.keep_lease(answer.pk, "Ten")
    return conversation.pk, answer.pk


def test_an_answer_that_a_burst_replaces_takes_its_offers_along(widget, monkeypatch):
    monkeypatch.setattr(services, "BURST", timedelta(hours=1))
    conversation_id, answer_id = begun(widget)
    offer(answer_id, before="the second message")
    services.post_message(conversation_id, "2", "And by card?")
    offer(answer_id, before="its writer hears of that")

    services.finish_answer(answer_id, Answer(text="Ten", status="stopped", answered=False))

    assert list(PendingAction.objects.values_list("status", flat=True)) == ["withdrawn", "withdrawn"]


def test_one_that_is_tried_again_offers_anew(widget):
    conversation_id, answer_id = begun(widget)
    first = offer(answer_id)
    services.finish_answer(answer_id, Answer(text="Ten", status="interrupted", answered=False))
    failed = Message.objects.get(pk=answer_id)

    again = services.retry_answer(conversation_id, str(failed.public_id))
    second = offer(again.pk)

    first.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "pending")
    assert first != second


def test_what_an_earlier_answer_offered_stays_open(widget, monkeypatch):
    monkeypatch.setattr(services, "BURST", timedelta(0))
    conversation_id, answer_id = begun(widget)
    action = offer(answer_id)
    services.finish_answer(answer_id, Answer(text="Ten days."))
    next_one = services.post_message(conversation_id, "2", "And by card?").answer
    assert next_one
    offer(next_one.pk)

    services.withdraw_offers(next_one.pk)

    action.refresh_from_db()
    assert (action.status, action.answer_id) == ("pending", next_one.pk)
