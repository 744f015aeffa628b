"""Offers on the visitor's socket: shown under their answer, clicked, and what became of them in every tab."""

import pytest

from accounts.models import Ticket
from chat.actions import propose
from chat.models import Conversation, Message, PendingAction
from chat.selectors import question_of
from tests.chat.conftest import Visitor, in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def make_offer(subject: str = "Reader is dead") -> str:
    """What a tool does while the newest answer is written."""
    answer = Message.objects.filter(role="bot").select_related("reply_to").order_by("-pk")[0]
    arguments = {"subject": subject, "text": "It does not charge."}
    assert answer.reply_to
    question = question_of(answer.reply_to, answer.pk)
    action = propose(question, "open_ticket", arguments, title="Open a ticket", summary=f"About: {subject}")
    return str(action.public_id)


@pytest.fixture
async def ada(visit, model, widget, customer) -> Visitor:
    visitor: Visitor = await visit(token=token_for(customer, widget))
    visitor.answer = (await visitor.ask("My reader is dead."))["message"]
    return visitor


async def confirm(visitor: Visitor, action: str, approve: bool = True) -> None:
    await visitor.send_json_to({"type": "confirm", "action": action, "approve": approve})


tickets = in_database(Ticket.objects.filter(source="chat").count)


async def test_an_offer_is_shown_under_its_answer(ada):
    action = await in_database(make_offer)()

    frame = await ada.until("answer.action")

    assert frame.pop("expires")
    assert frame == {
        "type": "answer.action",
        "message": ada.answer,
        "action": action,
        "title": "Open a ticket",
        "summary": "About: Reader is dead",
        "status": "pending",
    }


async def test_a_click_runs_it_once_and_every_tab_hears_of_it(ada, visit, widget, customer):
    action = await in_database(make_offer)()
    other = await visit(session=ada.ready["session"], token=token_for(customer, widget), after=2)
    await ada.until("answer.action"), await other.until("answer.action")

    await confirm(ada, action)
    await confirm(other, action)

    for visitor in (ada, other):
        assert (await visitor.until("message"))["text"].endswith("is open: Reader is dead")
        assert (await visitor.until("answer.action"))["status"] == "approved"
    assert await tickets() == 1


async def test_no_is_told_and_runs_nothing(ada):
    await confirm(ada, await in_database(make_offer)(), approve=False)

    assert (await ada.until("message"))["text"] == "Declined: Open a ticket. Nothing was done."
    assert await tickets() == 0


async def test_after_reconnecting_what_still_waits_is_shown_again_and_nothing_else(ada, visit, widget, customer):
    declined, waiting = await in_database(make_offer)("one"), await in_database(make_offer)("two")
    over = await in_database(make_offer)("three")
    await confirm(ada, declined, approve=False)
    await ada.until("message")
    await in_database(PendingAction.objects.filter(public_id=over).update)(expires_at="2020-01-01T00:00:00Z")

    back = await visit(session=ada.ready["session"], token=token_for(customer, widget), after=2)

    assert (await back.until("answer.action"))["action"] == waiting
    assert await back.receive_nothing()


async def test_an_offer_that_is_over_says_so_by_its_name(ada):
    action = await in_database(make_offer)()
    await in_database(PendingAction.objects.update)(expires_at="2020-01-01T00:00:00Z")

    await confirm(ada, action)

    error = await ada.until("error")
    assert (error["code"], error["id"]) == ("action_expired", action)
    assert await tickets() == 0


async def test_somebody_elses_offer_is_not_there(ada, visit, widget, customer):
    action = await in_database(make_offer)()
    stranger, same_customer = await visit(), await visit(token=token_for(customer, widget))

    for visitor in (stranger, same_customer):
        await confirm(visitor, action)
        assert (await visitor.until("error"))["code"] == "not_found"
    assert await tickets() == 0


async def test_a_tab_from_before_signing_in_cannot_click(visit, model, widget, customer):
    anonymous = await visit()
    await anonymous.ask("My reader is dead.")
    signed_in = await visit(session=anonymous.ready["session"], token=token_for(customer, widget))
    action = await in_database(make_offer)()
    await signed_in.until("answer.action")

    await confirm(anonymous, action)

    while (left := await anonymous.receive_output())["type"] != "websocket.close":
        assert "answer.action" not in str(left)
    assert await tickets() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"approve": "true"}, {"approve": 1}, {"arguments": {"text": "altered"}}, {"action": ""}, {"action": ["1"]}],
)
async def test_a_click_can_say_nothing_but_yes_or_no(ada, wrong):
    action = await in_database(make_offer)()

    await ada.send_json_to({"type": "confirm", "action": action, "approve": True, **wrong})

    assert (await ada.until("error"))["code"] == "invalid_field"
    assert await tickets() == 0


async def test_yes_in_the_chat_is_only_a_word(ada):
    await in_database(make_offer)()

    await ada.ask("yes", id="q2")

    assert await tickets() == 0
    assert (await in_database(Conversation.objects.get)()).mode == "bot"
