from collections import Counter
from contextlib import aclosing

import pytest

from chat.errors import ModelError
from chat.llm.guarded import GuardedModel
from chat.llm.metering import metered, most_of
from tests.chat.conftest import lose_patience
from tests.chat.llm.conftest import REQUEST, at
from tests.chat.llm.model_server import ModelServer


async def used_by(server: ModelServer, *models: str) -> Counter[str]:
    """By one, or by one after the other."""
    model = GuardedModel(*(at(server, model) for model in models)) if models[1:] else at(server, *models)
    used: Counter[str] = Counter()
    async with aclosing(metered(model, REQUEST, used)) as events:
        try:
            async for _ in events:
                pass
        except ModelError:
            pass
    return used


async def test_what_a_model_says_it_took_is_what_counts(server: ModelServer):
    assert await used_by(server, "good") == {"prompt": 7, "completion": 3}


@pytest.mark.parametrize("model", ["cut_clean", "never", "empty", "tool_cut"])
async def test_what_nobody_says_counts_as_the_most_it_can_be(server: ModelServer, settings, model: str):
    lose_patience(settings, model)

    assert await used_by(server, model) == most_of(at(server, model), REQUEST)


@pytest.mark.parametrize("model", ["401", "429", "503"])
async def test_what_was_refused_took_nothing(server: ModelServer, model: str):
    assert await used_by(server, model) == Counter()


async def test_what_is_given_up_counts_as_the_most_it_can_be(server: ModelServer):
    used: Counter[str] = Counter()

    async with aclosing(metered(at(server, "good"), REQUEST, used)) as events:
        await anext(events)

    assert used["completion"] == REQUEST.max_tokens


async def test_what_a_model_may_have_taken_that_failed_is_not_forgotten_when_the_second_answers(server: ModelServer):
    most = most_of(at(server, "good"), REQUEST)

    used = await used_by(server, "tool_cut", "good")

    assert used == {"prompt": most["prompt"] + 7, "completion": most["completion"] + 3}


async def test_of_two_that_failed_each_counts_if_it_was_at_work(server: ModelServer):
    most = most_of(at(server, "good"), REQUEST)

    assert await used_by(server, "tool_cut", "html200") == Counter(most) + Counter(most)
    assert await used_by(server, "503", "tool_cut") == most
