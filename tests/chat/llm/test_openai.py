"""The OpenAI-compatible engine against a real server that speaks the protocol, and its faults."""

import asyncio

import pytest

from accounts.records import ANONYMOUS
from chat.errors import ModelError
from chat.llm.base import Finished, ModelEvent, ModelRequest, TextDelta, ToolCall
from chat.llm.openai import OpenAIModel
from chat.records import AnswerContext, Question
from tests.chat.llm.model_server import ModelServer, model_server

CONTEXT = AnswerContext(Question("Refund?", "Help", frozenset()), "Refund?", (), ANONYMOUS, ())
FAULTS = [
    "never",
    "429",
    "500",
    "401",
    "cut_chunked",
    "cut_clean",
    "cut_eof",
    "err_event",
    "bad_json",
    "stall",
    "drip",
    "tool_cut",
    "tool_broken",
    "html200",
]
REQUEST = ModelRequest(CONTEXT, [{"role": "user", "content": "Refund?"}], 100)


@pytest.fixture
async def server(settings):
    settings.OPENAI_API_KEY = "key"
    settings.CHAT_FIRST_TOKEN_SECONDS = 2
    settings.CHAT_SILENCE_SECONDS = 2
    settings.CHAT_TOTAL_SECONDS = 5
    async with model_server() as running:
        settings.OPENAI_BASE_URL = running.url
        yield running


async def ask(model: str) -> list[ModelEvent]:
    return [event async for event in OpenAIModel(model).stream(REQUEST)]


async def test_it_streams_text_and_ends_with_reason_and_usage(server: ModelServer):
    events = await ask("good")

    assert events == [
        TextDelta("Refunds "),
        TextDelta("take days [1]."),
        Finished("stop", {"prompt": 7, "completion": 3}),
    ]


async def test_it_sends_the_prompt_and_the_limits(server: ModelServer):
    await ask("good")

    (sent,) = server.requests
    assert sent["messages"] == REQUEST.messages
    assert (sent["max_tokens"], sent["stream"]) == (100, True)


async def test_a_whole_tool_call_is_parsed(server: ModelServer):
    call, end = await ask("tool")

    assert call == ToolCall("t1", "get_order", {"order_id": "1234"})
    assert isinstance(end, Finished)


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_is_one_named_error_in_time(server: ModelServer, fault: str):
    async with asyncio.timeout(20):
        with pytest.raises(ModelError):
            await ask(fault)


async def test_what_came_before_a_fault_is_kept(server: ModelServer):
    stream = OpenAIModel("cut_clean").stream(REQUEST)

    assert [await anext(stream), await anext(stream)] == [TextDelta("Refunds "), TextDelta("take days [1].")]
    with pytest.raises(ModelError):
        await anext(stream)


async def test_a_passing_fault_is_tried_again_once(server: ModelServer):
    events = await ask("flaky")

    assert isinstance(events[-1], Finished)
    assert len(server.requests) == 2


async def test_trying_again_does_not_make_anybody_wait_longer_for_the_first_word(server: ModelServer):
    with pytest.raises(ModelError):
        await ask("never")

    assert len(server.requests) == 1


async def test_a_refused_key_is_not_tried_again(server: ModelServer):
    with pytest.raises(ModelError) as refused:
        await ask("401")

    assert not refused.value.retryable
    assert len(server.requests) == 1


async def test_nobody_listening_is_a_model_error(settings):
    settings.OPENAI_API_KEY = "key"
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"

    with pytest.raises(ModelError):
        await ask("good")
