"""The demo's customers are answered from their own record, as of when it was known, and nobody else is."""

import re
from datetime import UTC, datetime

import pytest

from chat.records import Turn
from supportbot.demo import company
from tests.supportbot.demo import answered, load_indexed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BOTH = "When does my plan renew and what happened to my ticket?"


@pytest.fixture(autouse=True)
def demo(settings, tmp_path, time_machine):
    time_machine.move_to(NOW, tick=False)
    load_indexed(settings, tmp_path)


def test_both_questions_of_a_customer_are_answered_from_the_record():
    answer = answered(BOTH, "cus_maya")

    assert answer.answered
    plan, ticket = answer.text.split("\n\n", 2)[1:]
    assert plan.endswith("It renews on 20 December 2026. [1]")
    assert "Your ticket T-2041" in ticket
    assert "is waiting for your reply" in ticket
    assert "issued a refund of €29.00 on 23 November 2026" in ticket
    assert [(cited.kind, cited.as_of) for cited in answer.citations] == [("account", NOW), ("ticket", NOW)]


def test_so_is_the_second_when_it_is_asked_afterwards():
    first = "When does my plan renew?"
    said = answered(first, "cus_maya").text

    answer = answered("And what happened to my ticket?", "cus_maya", (Turn("customer", first), Turn("bot", said)))

    assert "Your ticket T-2041" in answer.text
    assert ("ticket", NOW) in [(cited.kind, cited.as_of) for cited in answer.citations]


def test_each_is_told_of_their_own_and_of_nobody_elses():
    customers = company.read()["customers"]
    numbers = {ticket["number"]: each["external_id"] for each in customers for ticket in each["tickets"]}

    for customer in customers:
        answer = answered(BOTH, customer["external_id"])

        assert f"Your plan is {customer['subscription']['plan']}" in answer.text
        assert {numbers[named] for named in re.findall(r"T-\d{4}", answer.text)} <= {customer["external_id"]}


@pytest.mark.parametrize("question", [BOTH, "What happened to my ticket?", "When does my plan renew?"])
def test_a_visitor_is_asked_to_sign_in_and_told_nothing_of_anybody(question):
    answer = answered(question)

    assert "sign in" in answer.text.partition("\n\n")[0]
    assert {cited.kind for cited in answer.citations} <= {"document"}
    assert "T-20" not in answer.text


def test_what_happened_lately_is_told_with_what_the_record_says_of_it():
    answer = answered("Why did my payment fail?", "cus_elodie")

    assert "payment failed, €58.00 for order BR-10393: expired_card" in answer.text
    assert "Your ticket T-2044" in answer.text
    assert {"What happened lately"} <= {cited.title for cited in answer.citations if cited.as_of == NOW}


def test_an_own_question_and_one_about_anybodys_are_each_answered_from_where_the_answer_is():
    answer = answered("What is my plan and how do I cancel it?", "cus_maya")

    assert "Your plan is Team at €29.00 per month." in answer.text
    assert "2. Choose Cancel subscription." in answer.text
    assert {cited.kind for cited in answer.citations} == {"account", "document"}
