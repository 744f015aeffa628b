"""Of a customer's record a model is told what is on a list, and of anybody else's nothing."""

from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from accounts.models import Customer
from accounts.visibility import DEFAULTS, Visibility
from chat.answering import answer_question
from chat.llm.base import ToolCall
from chat.models import Widget
from chat.records import Question
from tests import factories
from tests.chat.conftest import Visitor, token_for
from tests.record_canaries import SHOWN, TELLABLE, TOLD, customer_of_canaries, found

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ASKED = "What about my plan, my orders and my ticket? How long does a refund take?"


def asked_of(model, customer: Customer | None, **rules: str) -> Any:
    async def ignore(event: object) -> None:
        pass

    question = Question(ASKED, "Help", None, actor=factories.actor(customer), sees=Visibility(rules))
    async_to_sync(answer_question)(question, ignore)
    request = model.requests[-1]
    # What plans there are is nobody's secret; answers are held to it.
    return replace(request, context=replace(request.context, plans=frozenset()))


@pytest.fixture
def ada(widget) -> Customer:
    return customer_of_canaries("ada")


@pytest.fixture
def bob(widget) -> Customer:
    return customer_of_canaries("bob")


def test_a_model_is_told_what_is_on_the_list_and_nothing_else(model, ada):
    request = asked_of(model, ada)

    assert found("ada", str(request.messages)) == TOLD
    assert found("ada", str(request)) == TOLD | SHOWN


def every_field(level: str) -> dict[str, str]:
    return {**dict.fromkeys(DEFAULTS, level), "attributes.note": level}


def test_a_widget_may_let_it_see_more(model, ada):
    request = asked_of(model, ada, **every_field("shown"))

    assert found("ada", str(request.messages)) == TELLABLE


@pytest.mark.parametrize("level", ["masked", "hidden", "nonsense"])
def test_what_is_masked_or_hidden_is_told_in_no_request(model, ada, level):
    request = asked_of(model, ada, **every_field(level))

    assert found("ada", str(request.messages)) == set()


def test_what_a_widget_hides_no_tool_tells(model, ada):
    model.will_say(
        ToolCall("1", "get_order", {"number": ada.orders.get().number}), ToolCall("2", "list_my_tickets", {})
    )
    asked_of(model, ada, **every_field("hidden"))

    assert found("ada", str([request.messages for request in model.requests])) <= {"order.number"}


@pytest.fixture
def choosy(widget) -> Widget:
    """On the same pages, with a choice of its own."""
    rules = {"customer.email": "shown", "order.total": "hidden"}
    made = factories.widget(*widget.collections.all(), visible_fields=rules)
    factories.signing_key(made)
    return made


async def told_in(widget: Widget, model, ada: Customer) -> set[str]:
    """Of Ada, by a chat in this widget."""
    model.requests.clear()
    visitor = Visitor(widget)
    await visitor.hello(token=token_for(ada, widget))
    await visitor.ask(ASKED)
    await visitor.disconnect()
    return found("ada", str([request.messages for request in model.requests]))


async def test_a_chat_goes_by_its_own_widget(model, widget, choosy, ada):
    assert await told_in(widget, model, ada) == TOLD
    assert await told_in(choosy, model, ada) == TOLD - {"order.total_minor"} | {"customer.email"}


def test_two_customers_never_meet_in_one_request(model, ada, bob):
    of_ada, of_bob = asked_of(model, ada), asked_of(model, bob)

    assert found("bob", str(of_ada)) == found("ada", str(of_bob)) == set()
    assert found("bob", str(of_bob.messages)) == TOLD


def test_nobody_is_told_of_anybody(model, ada, bob):
    request = asked_of(model, None)

    assert found("ada", str(request)) | found("bob", str(request)) == set()
