"""Caps on what models answer and cost, in the cache by the hour and in the database by the day."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from accounts.actors import Actor
from chat import spending, turns
from chat.models import Spending
from chat.records import Question
from tests.chat.conftest import in_database, without_redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

QUESTION = Question("Refund?", "Help", None, visitor="v1", widget_id=7, ip="192.0.2.7")


@pytest.fixture(autouse=True)
def _no_caps(settings, time_machine) -> None:
    time_machine.move_to("2026-03-01T12:00:00+00:00")
    for name in ("VISITOR", "IP", "WIDGET", "DAY"):
        setattr(settings, f"CHAT_LIMIT_{name}", 0)
    settings.CHAT_BUDGET_DAY = 0


async def allowed(*questions: Question) -> list[str]:
    """The caps that were reached."""
    refusals = await asyncio.gather(*(spending.allowed(question) for question in questions))
    return [refusal.cap for refusal in refusals if refusal]


async def spent() -> dict[str, Any]:
    row: dict[str, Any] = await in_database(Spending.objects.values("answers", "prompt", "completion", "micro").get)()
    return row


@pytest.mark.parametrize(
    ("cap", "others"),
    [
        ("visitor", {"visitor": "v2"}),
        ("ip", {"ip": "192.0.2.8"}),
        ("widget", {"widget_id": 8}),
    ],
)
async def test_each_cap_holds_for_its_own_only(settings, cap, others):
    setattr(settings, f"CHAT_LIMIT_{cap.upper()}", 3)

    assert await allowed(*[QUESTION] * 10) == [cap] * 7
    assert await allowed(replace(QUESTION, **others)) == []


async def test_five_hundred_questions_of_one_visitor(settings):
    settings.CHAT_LIMIT_VISITOR = 30

    caps = [cap for _ in range(20) for cap in await allowed(*[QUESTION] * 25)]

    assert caps == ["visitor"] * 470


@pytest.mark.parametrize("cap", ["visitor", "ip", "widget", "day"])
async def test_on_the_way_to_an_answer_each_cap_holds_too_and_nothing_is_counted(settings, cap):
    setattr(settings, f"CHAT_LIMIT_{cap.upper()}", 2)

    assert all([await spending.allowed_before(QUESTION, {}) for _ in range(3)])
    await allowed(QUESTION, QUESTION)
    assert not await spending.allowed_before(QUESTION, {})


async def test_the_cap_of_the_day_holds_for_all(settings, time_machine):
    settings.CHAT_LIMIT_DAY = 3

    assert await allowed(*(replace(QUESTION, widget_id=widget) for widget in range(10))) == ["day"] * 7
    time_machine.shift(24 * 3600)
    assert await allowed(QUESTION) == []


async def test_a_customer_is_one_visitor_in_all_their_conversations(settings):
    settings.CHAT_LIMIT_VISITOR = 3

    caps = await allowed(
        *(replace(QUESTION, actor=Actor("customer", 5), visitor=str(number)) for number in range(1, 6))
    )

    assert caps == ["visitor"] * 2


async def test_fifty_addresses_of_one_network_are_one(settings):
    settings.CHAT_LIMIT_IP = 3

    caps = await allowed(*(replace(QUESTION, ip=f"2001:db8::{number:x}") for number in range(1, 51)))

    assert caps == ["ip"] * 47


async def test_questions_over_the_api_count_together_and_by_the_day_only(settings):
    settings.CHAT_LIMIT_VISITOR = settings.CHAT_LIMIT_IP = 1
    settings.CHAT_LIMIT_WIDGET = 3
    over_api = Question("Refund?", "Help", None)

    assert await allowed(*[over_api] * 5) == ["widget"] * 2


# --- Money ---------------------------------------------------------------------------------


@pytest.fixture
def _priced(settings) -> None:
    """An answer, of one request, costs at most 2 000 + 4 000 millionths."""
    settings.CHAT_PRICE_INPUT, settings.CHAT_PRICE_OUTPUT = 2, 40
    settings.CHAT_CONTEXT_TOKENS = settings.CHAT_TURN_TOKENS = 1100
    settings.CHAT_ANSWER_TOKENS = 100
    settings.CHAT_BUDGET_DAY = 0.02


@pytest.mark.usefixtures("_priced")
async def test_running_answers_are_counted_at_the_most_they_can_cost():
    assert await allowed(*[QUESTION] * 10) == ["budget"] * 7

    assert await spent() == {"answers": 3, "prompt": 0, "completion": 0, "micro": 18_000}


@pytest.mark.usefixtures("_priced")
async def test_what_an_answer_took_replaces_what_it_might_have():
    await allowed(QUESTION)

    cost = await spending.settle(7, {"prompt": 500, "completion": 10}, turns.most_of_a_turn())

    assert cost == 1400
    assert await spent() == {"answers": 1, "prompt": 500, "completion": 10, "micro": 1400}


@pytest.mark.usefixtures("_priced")
async def test_what_was_not_done_costs_nothing_and_what_was_never_settled_stays():
    await allowed(QUESTION, QUESTION)

    await spending.settle(7, {}, turns.most_of_a_turn())

    assert (await spent())["micro"] == 6000


@pytest.mark.usefixtures("_priced")
async def test_never_more_is_spent_than_the_budget_whatever_answers_take():
    for completion in (100, 0, 50, 100, 10) * 4:
        if not await allowed(QUESTION):
            await spending.settle(7, {"prompt": 1000, "completion": completion}, turns.most_of_a_turn())

    assert 14_000 < (await spent())["micro"] <= 20_000


@pytest.mark.usefixtures("_priced")
@pytest.mark.parametrize("room", [0, 1])
async def test_what_is_asked_before_and_after_an_answer_has_to_fit_in_the_budget_too(settings, room):
    most = {"prompt": 1000, "completion": 10}  # at most 2 400 millionths
    settings.CHAT_BUDGET_DAY = (2 * 2400 + room - 1) / 1_000_000

    before = await spending.allowed_before(QUESTION, most)
    after = await spending.allowed_after(QUESTION.widget_id, most)

    assert (before, after) == (True, bool(room))
    assert (await spent())["micro"] == (1 + room) * 2400


# --- Without whoever counts ----------------------------------------------------------------


async def test_while_the_cache_is_away_no_model_is_asked(settings):
    settings.CHAT_LIMIT_VISITOR = 3

    with without_redis():
        assert await allowed(QUESTION) == ["uncounted"]

    assert not await in_database(Spending.objects.exists)()


async def test_days_and_money_are_counted_without_the_cache(settings):
    settings.CHAT_LIMIT_DAY = 1

    with without_redis():
        assert await allowed(QUESTION, QUESTION) in (["day"], ["day"] * 2)
