from collections import Counter

import pytest

from chat.errors import ModelError
from chat.llm import get_model
from chat.llm.completion import complete
from chat.llm.prices import cost_of
from tests.chat.llm.conftest import REQUEST, at
from tests.chat.llm.model_server import ModelServer


async def test_the_text_comes_in_one_piece_and_its_tokens_are_added_up(server: ModelServer):
    used: Counter[str] = Counter(prompt=1)

    text = await complete(at(server, "good"), REQUEST.messages, 50, 1, used)

    assert text == "Refunds take days [1]."
    assert used == {"prompt": 8, "completion": 3}
    assert server.requests[0]["max_tokens"] == 50


@pytest.mark.parametrize("model", ["cut_clean", "tool", "empty", "length", "never"])
async def test_no_text_is_better_than_half_of_one(server: ModelServer, model: str):
    with pytest.raises(ModelError):
        await complete(at(server, model), REQUEST.messages, 50, 0.3)


async def test_the_engine_without_a_model_writes_nothing_of_its_own():
    with pytest.raises(ModelError):
        await complete(get_model("extractive"), REQUEST.messages, 50, 1)


def test_tokens_cost_what_the_settings_say_in_millionths(settings):
    settings.CHAT_PRICE_INPUT, settings.CHAT_PRICE_OUTPUT = 0.4, 1.6

    assert cost_of({"prompt": 1_000_000, "completion": 1_000_000}) == 2_000_000
    assert cost_of({"prompt": 1}) == 1
    assert cost_of({}) == 0
