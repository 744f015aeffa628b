"""The OpenAI-compatible engine against a real server that speaks the protocol, and its faults."""

import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from chat.errors import ModelError
from chat.llm.base import Finished, TextDelta, ToolCall
from chat.llm.openai import Endpoint, OpenAIModel
from tests.chat.conftest import lose_patience
from tests.chat.llm.conftest import REQUEST, ask, at
from tests.chat.llm.model_server import ModelServer
from tests.servers import free_port

FAULTS = [
    "never",
    "idle",
    "429",
    "500",
    "401",
    "later",
    "cut_chunked",
    "cut_clean",
    "cut_eof",
    "err_event",
    "bad_json",
    "stall",
    "drip",
    "tool_cut",
    "tool_broken",
    "tool_twice",
    "tool_huge",
    "tool_stop",
    "tool_none",
    "nonsense",
    "flood",
    "html200",
    "elsewhere",
]
TOOL = {"type": "function", "function": {"name": "get_order", "parameters": {"type": "object"}}}


async def test_it_streams_text_and_ends_with_reason_and_usage(server: ModelServer):
    events = await ask(at(server, "good"))

    assert events == [
        TextDelta("Refunds "),
        TextDelta("take days [1]."),
        Finished("stop", {"prompt": 7, "completion": 3}, "good"),
    ]


async def test_it_sends_the_prompt_and_the_limits_and_no_empty_list_of_tools(server: ModelServer):
    await ask(at(server, "good"))

    (sent,) = server.requests
    assert sent["messages"] == REQUEST.messages
    assert (sent["max_tokens"], sent["stream"]) == (100, True)
    assert "tools" not in sent


async def test_it_offers_the_tools_of_the_request(server: ModelServer):
    await ask(at(server, "good"), replace(REQUEST, tools=[TOOL]))

    assert server.requests[0]["tools"] == [TOOL]


async def test_a_whole_tool_call_is_parsed(server: ModelServer):
    call, end = await ask(at(server, "tool"))

    assert call == ToolCall("t1", "get_order", {"order_id": "1234"})
    assert isinstance(end, Finished)


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_is_one_named_error_in_time_and_no_tool_call(server: ModelServer, settings, fault: str):
    lose_patience(settings, fault)
    started = monotonic()

    with pytest.raises(ModelError):
        async for event in at(server, fault).stream(REQUEST):
            assert isinstance(event, TextDelta)

    assert monotonic() - started < 10
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["never", "idle"])
async def test_a_model_that_only_keeps_the_line_open_has_not_begun(server: ModelServer, settings, fault: str):
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.5

    async with asyncio.timeout(10):
        with pytest.raises(ModelError):
            await ask(at(server, fault))


def test_nobody_waits_longer_than_this(settings):
    """To the first token, between two, and in all."""
    patience = (settings.CHAT_FIRST_TOKEN_SECONDS, settings.CHAT_SILENCE_SECONDS, settings.CHAT_TOTAL_SECONDS)

    assert patience == (10, 15, 60)


async def test_a_request_may_have_less_time_than_usual(server: ModelServer):
    started = monotonic()

    with pytest.raises(ModelError):
        await ask(at(server, "never"), replace(REQUEST, seconds=0.2))

    assert monotonic() - started < 10


async def test_what_came_before_a_fault_is_kept(server: ModelServer):
    stream = at(server, "cut_clean").stream(REQUEST)

    assert [await anext(stream), await anext(stream)] == [TextDelta("Refunds "), TextDelta("take days [1].")]
    with pytest.raises(ModelError):
        await anext(stream)


@pytest.mark.parametrize(("fault", "retryable"), [("401", False), ("429", True), ("500", True), ("stall", True)])
async def test_only_what_may_pass_is_worth_trying_again(server: ModelServer, settings, fault: str, retryable: bool):
    lose_patience(settings, fault)
    with pytest.raises(ModelError) as failure:
        await ask(at(server, fault))

    assert failure.value.retryable is retryable


@pytest.mark.parametrize(("fault", "billed"), [("401", False), ("500", False), ("never", True), ("cut_clean", True)])
async def test_who_refuses_charges_nothing_and_who_was_at_work_may(
    server: ModelServer, settings, fault: str, billed: bool
):
    lose_patience(settings, fault)
    with pytest.raises(ModelError) as failure:
        await ask(at(server, fault))

    assert failure.value.billed is billed


async def test_questions_and_keys_follow_no_redirect(server: ModelServer):
    with pytest.raises(ModelError):
        await ask(at(server, "elsewhere"))

    assert len(server.requests) == 1


async def test_nobody_listening_is_a_model_error():
    nowhere = Endpoint("good", f"http://127.0.0.1:{free_port()}/v1", "key")

    with pytest.raises(ModelError) as failure:
        await ask(OpenAIModel(nowhere))

    assert not failure.value.billed


def test_a_key_is_not_printed_with_its_endpoint():
    assert "secret" not in repr(Endpoint("good", "https://models.example/v1", "secret"))


async def test_an_endpoint_that_refuses_our_limits_is_asked_in_the_other_form_from_then_on(server: ModelServer):
    model = at(server, "newer")

    for server.mode in ("newer", "newer", "older"):
        assert isinstance((await ask(model))[-1], Finished)

    assert ["max_tokens" in request for request in server.requests] == [True, False, False, False, True]
    assert ["max_completion_tokens" in request for request in server.requests] == [False, True, True, True, False]
    assert ["temperature" in request for request in server.requests] == [True, False, False, False, True]


async def test_a_request_that_is_refused_for_something_else_is_not_sent_again(server: ModelServer):
    with pytest.raises(ModelError):
        await ask(at(server, "400"))

    assert len(server.requests) == 1
