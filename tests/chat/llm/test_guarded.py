"""Retries, circuits, places and the second model, against real servers that fail."""

import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from chat.errors import ModelError
from chat.llm import circuits, get_model
from chat.llm.base import Finished, TextDelta
from chat.llm.guarded import GuardedModel
from chat.llm.retries import LONGEST_PAUSE, SAVED, SHARE, RetryBudget, pause_before_retry
from tests.chat.conftest import lose_patience
from tests.chat.llm.conftest import REQUEST, ask, at
from tests.chat.llm.model_server import ModelServer, model_server


def guarded(server: ModelServer, *models: str) -> GuardedModel:
    return GuardedModel(*(at(server, model) for model in models), budget=RetryBudget())


async def fails(model: GuardedModel) -> bool:
    try:
        await ask(model)
    except ModelError:
        return True
    return False


async def test_a_passing_fault_is_tried_again_once(server: ModelServer):
    events = await ask(guarded(server, "flaky"))

    assert isinstance(events[-1], Finished)
    assert len(server.requests) == 2


@pytest.mark.parametrize(("fault", "requests"), [("401", 1), ("never", 1), ("later", 1), ("500", 2), ("cut_clean", 1)])
async def test_trying_again_is_for_what_it_may_help(server: ModelServer, settings, fault: str, requests: int):
    lose_patience(settings, fault)
    assert await fails(guarded(server, fault))

    assert len(server.requests) == requests


async def test_fifty_chats_with_a_failing_model_send_hardly_more_than_fifty_requests(server: ModelServer, monkeypatch):
    monkeypatch.setattr(circuits, "FAILURES", 1000)
    model = guarded(server, "503")

    assert all(await asyncio.gather(*(fails(model) for _ in range(50))))

    assert 50 < len(server.requests) <= 50 * (1 + SHARE) + SAVED


async def test_a_model_that_keeps_failing_is_not_asked_any_more(server: ModelServer, settings):
    settings.CHAT_CONCURRENCY = 4
    model = guarded(server, "503")

    assert all(await asyncio.gather(*(fails(model) for _ in range(50))))
    asked = len(server.requests)
    started = monotonic()
    assert await fails(model)

    assert asked <= circuits.FAILURES + 4
    assert len(server.requests) == asked
    assert monotonic() - started < 1


async def test_a_model_that_recovers_is_asked_again(server: ModelServer, monkeypatch):
    monkeypatch.setattr(circuits, "PAUSE_SECONDS", 0.2)
    model = guarded(server, "good")
    server.mode = "500"
    while not await fails(model) or len(server.requests) < circuits.FAILURES:
        pass
    server.mode = ""
    assert await fails(model)

    await asyncio.sleep(0.25)

    assert not await fails(model)
    assert not await fails(model)


async def test_no_more_requests_at_once_than_there_are_places(server: ModelServer, settings):
    settings.CHAT_CONCURRENCY = 3
    model = guarded(server, "good")

    failed = await asyncio.gather(*(fails(model) for _ in range(20)))

    assert not any(failed)
    assert server.most_at_once <= 3


async def test_waiting_for_a_place_counts_against_the_first_token(server: ModelServer, settings):
    settings.CHAT_CONCURRENCY = 1
    model = guarded(server, "drip")
    holding = model.stream(REQUEST)
    await anext(holding)
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.5
    started = monotonic()

    assert await fails(model)

    assert 0.4 < monotonic() - started < 10
    assert len(server.requests) == 1
    await holding.aclose()


# --- The second model ----------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["never", "500", "401", "html200", "tool_cut"])
async def test_the_second_model_answers_when_the_first_fails_before_its_first_token(
    server: ModelServer, settings, fault: str
):
    if fault == "never":
        settings.CHAT_FIRST_TOKEN_SECONDS = 4

    events = await ask(guarded(server, fault, "good"))

    assert events[0] == TextDelta("Refunds ")
    assert events[-1] == Finished("stop", {"prompt": 7, "completion": 3}, "good")
    assert [request["model"] for request in server.requests] == [fault, "good"]


async def test_the_second_model_does_not_finish_what_the_first_began(server: ModelServer):
    assert await fails(guarded(server, "cut_clean", "good"))

    assert len(server.requests) == 1


async def test_while_its_circuit_is_open_the_first_model_is_left_out(server: ModelServer):
    model = guarded(server, "500", "good")
    for _ in range(circuits.FAILURES):
        await ask(model)
    server.requests.clear()

    await ask(model)

    assert [request["model"] for request in server.requests] == ["good"]


async def test_two_that_fail_are_one_failure(server: ModelServer):
    assert await fails(guarded(server, "500", "503"))

    assert len(server.requests) == 2


async def test_the_second_endpoint_gets_its_own_key_and_model(server: ModelServer, settings):
    async with model_server(ModelServer()) as other:
        settings.CHAT_MODEL = "500"
        settings.FALLBACK_OPENAI_BASE_URL = other.url
        settings.FALLBACK_OPENAI_API_KEY = "other-key"
        settings.FALLBACK_CHAT_MODEL = "good"

        events = await ask(get_model())

    assert isinstance(events[-1], Finished)
    assert other.requests[0]["model"] == "good"
    assert other.keys == ["bearer other-key"]
    assert server.keys == ["bearer key"]


# --- Names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "expected"), [("answer", "gpt"), ("rewrite", "ft:gpt-4.1-mini:acme::abc"), ("summary", "gpt")]
)
def test_each_purpose_has_its_model_and_a_fine_tuned_one_is_just_a_name(settings, purpose, expected):
    settings.CHAT_MODEL = "gpt"
    settings.REWRITE_MODEL = "ft:gpt-4.1-mini:acme::abc"

    assert get_model(purpose=purpose).name == expected


def test_an_engine_of_ours_is_the_same_for_every_purpose(settings):
    settings.CHAT_MODEL = "scripted"

    assert get_model(purpose="rewrite") is get_model() is get_model("scripted")


# --- Pauses --------------------------------------------------------------------------------


def test_a_pause_is_what_the_server_asks_for_and_never_the_same():
    failure = ModelError(retryable=True, retry_after=0.5)

    pauses = {pause_before_retry(failure) for _ in range(20)}

    assert len(pauses) == 20
    assert all(pause and 0.5 < pause <= 0.5 + LONGEST_PAUSE for pause in pauses)


def test_nobody_waits_as_long_as_a_server_may_wish():
    assert pause_before_retry(ModelError(retryable=True, retry_after=60)) is None


async def test_a_shorter_deadline_holds_for_all_attempts_together(server: ModelServer):
    started = monotonic()

    with pytest.raises(ModelError):
        await ask(guarded(server, "never", "never"), replace(REQUEST, seconds=0.4))

    assert monotonic() - started < 10
