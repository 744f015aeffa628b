"""One answer with everything a model may do for it: it stays within the tokens of a turn, and what was reserved."""

from typing import Any

import pytest

from chat import turns
from chat.answering import answer_question
from chat.llm.base import Finished, ToolCall
from chat.models import Spending
from chat.records import Answer, Question
from tests.chat.conftest import in_database

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = 8192
# What each request of the model below takes.
USAGE = {"prompt": 7000, "completion": 600}
TAKEN = sum(USAGE.values())
TRUE = "A refund reaches your card in 5 to 10 business days [1]."


@pytest.fixture(autouse=True)
def _priced(settings) -> None:
    """A token costs a millionth."""
    settings.CHAT_PRICE_INPUT = settings.CHAT_PRICE_OUTPUT = 1
    settings.CHAT_CONTEXT_TOKENS, settings.CHAT_ANSWER_TOKENS = WINDOW, 700


@pytest.fixture
def looks_up(model) -> Any:
    """A model that looks up so often, says what no source does, and writes it again."""

    def will_look_up(times: int) -> None:
        for number in range(times):
            call = ToolCall(f"c{number}", "search_documents", {"query": f"refund {number}"})
            model.will_say(call, Finished("tool_calls", USAGE))
        model.will_say(f"{TRUE} Hardware is free for everybody [1].", Finished("stop", USAGE))
        model.will_say(TRUE, Finished("stop", USAGE))

    return will_look_up


async def ask(text: str = "How long does a refund take?") -> Answer:
    async def ignore(_: object) -> None:
        pass

    return await answer_question(Question(text, "Help", None, widget_id=7), ignore)


async def spent() -> int:
    micro: int = await in_database(Spending.objects.values_list("micro", flat=True).get)(widget_id=7)
    return micro


@pytest.mark.both
@pytest.mark.parametrize(
    ("turn", "requests"),
    [
        (WINDOW, 1),
        (2 * WINDOW, 2),
        (3 * WINDOW, 3),
        (5 * WINDOW, 5),
        (8 * WINDOW, 7),
    ],
)
async def test_never_more_is_spent_than_was_reserved_whatever_a_model_looks_up(
    widget, model, looks_up, settings, turn, requests
):
    settings.CHAT_TURN_TOKENS = turn
    settings.CHAT_BUDGET_DAY = turn / 1_000_000
    looks_up(max(0, min(requests - 1, turns.MOST_CALLS)))

    answer = await ask()

    assert len(model.requests) == requests
    assert answer.engine == "scripted"
    assert await spent() == requests * TAKEN <= turn
    assert answer.trace["usage"] == {name: requests * tokens for name, tokens in USAGE.items()}


async def test_an_answer_that_may_cost_more_than_the_budget_is_left_to_the_documents(widget, looks_up, settings, model):
    settings.CHAT_BUDGET_DAY = 10_000 / 1_000_000
    looks_up(5)

    answer = await ask()

    assert (answer.trace["cap"], await spent(), model.requests) == ("budget", 0, [])


async def test_near_its_end_a_turn_offers_no_tools_any_more(widget, model, looks_up, settings):
    settings.CHAT_TURN_TOKENS = 3 * WINDOW
    looks_up(2)

    answer = await ask()

    assert [bool(request.tools) for request in model.requests] == [True, True, False]
    assert answer.trace["over_tokens"] == ["tools", "revision"]


async def test_without_room_for_a_second_request_nothing_is_looked_up_or_written_again(
    widget, model, looks_up, settings
):
    settings.CHAT_TURN_TOKENS = WINDOW + 7000
    looks_up(0)

    answer = await ask()

    assert [request.tools for request in model.requests] == [[]]
    assert answer.text == TRUE
    assert answer.trace["over_tokens"] == ["tools", "revision"]


async def test_a_failed_request_is_sent_again_only_within_the_turn(widget, server, settings):
    settings.CHAT_MODEL = "tool_cut"
    settings.CHAT_TURN_TOKENS = WINDOW
    settings.CHAT_BUDGET_DAY = WINDOW / 1_000_000

    answer = await ask()

    assert len(server.requests) == 1
    assert answer.engine == "extractive"
    assert await spent() <= WINDOW
