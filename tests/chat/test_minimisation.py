"""Of a customer's record a model is told what is on a list, and of anybody else's nothing."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync

from accounts.models import Customer
from chat.answering import answer_question
from chat.records import Question
from tests import factories
from tests.record_canaries import SHOWN, TOLD, customer_of_canaries, found

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ASKED = "What about my plan, my orders and my ticket? How long does a refund take?"


def asked_of(model, customer: Customer | None) -> Any:
    async def ignore(event: object) -> None:
        pass

    question = Question(ASKED, "Help", None, actor=factories.actor(customer))
    async_to_sync(answer_question)(question, ignore)
    return model.requests[-1]


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


def test_two_customers_never_meet_in_one_request(model, ada, bob):
    of_ada, of_bob = asked_of(model, ada), asked_of(model, bob)

    assert found("bob", str(of_ada)) == found("ada", str(of_bob)) == set()
    assert found("bob", str(of_bob.messages)) == TOLD


def test_nobody_is_told_of_anybody(model, ada, bob):
    request = asked_of(model, None)

    assert found("ada", str(request)) | found("bob", str(request)) == set()
