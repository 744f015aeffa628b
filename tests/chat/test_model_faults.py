"""What a visitor sees when the model fails: through the socket, against a server that fails for real."""

from time import monotonic

import pytest
from channels.db import database_sync_to_async as in_database

from chat.models import Message
from chat.phrases import phrase
from tests.chat.conftest import lose_patience
from tests.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "In how many business days does a refund reach my card?"
BEFORE_THE_FIRST_TOKEN = ["never", "idle", "429", "later", "503", "401", "html200", "empty"]
BROKEN_CALLS = ["tool", "tool_cut", "tool_broken", "tool_twice", "tool_huge", "tool_stop", "tool_none"]
IN_THE_MIDDLE = ["cut_chunked", "cut_clean", "cut_eof", "err_event", "bad_json", "stall", "drip", "length"]


async def kept() -> tuple[str, str]:
    """The question as it is stored, and how its one answer ended."""
    question = await in_database(Message.objects.get)(role="customer")
    answer = await in_database(Message.objects.get)(role="bot")
    return question.text, answer.status


async def test_a_model_that_works_is_what_the_others_are_compared_with(visit, settings, server):
    settings.CHAT_MODEL = "good"

    finished = await (await visit()).ask(QUESTION)

    assert (finished["status"], finished["text"]) == ("complete", "Refunds take days [1].")


@pytest.mark.parametrize("fault", [*BEFORE_THE_FIRST_TOKEN, *BROKEN_CALLS])
async def test_before_its_first_token_the_documents_answer_and_say_so(visit, settings, server, fault):
    settings.CHAT_MODEL = fault
    lose_patience(settings, fault)
    visitor = await visit()
    started = monotonic()

    finished = await visitor.ask(QUESTION)

    assert monotonic() - started < 10
    assert finished["text"].startswith(phrase("model_away", "en"))
    assert "5 to 10 business days" in finished["text"]
    assert "<html" not in finished["text"]
    assert await kept() == (QUESTION, "complete")


async def test_a_model_that_refuses_connections_is_answered_for_in_three_seconds(visit, settings, server):
    settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"
    settings.CHAT_MODEL = "good"
    visitor = await visit()
    started = monotonic()

    finished = await visitor.ask(QUESTION)

    assert monotonic() - started < 3
    assert "5 to 10 business days" in finished["text"]


@pytest.mark.parametrize("fault", IN_THE_MIDDLE)
async def test_in_the_middle_what_was_said_stays_and_is_marked(visit, settings, server, fault):
    settings.CHAT_MODEL = fault
    lose_patience(settings, fault)
    visitor = await visit()
    started = monotonic()

    finished = await visitor.ask(QUESTION)

    assert monotonic() - started < 10
    assert finished["text"].startswith("Refunds")
    assert (finished["status"], finished["answered"]) == ("interrupted", False)
    assert await kept() == (QUESTION, "interrupted")


async def test_an_interrupted_answer_can_be_asked_for_again(visit, settings, server):
    settings.CHAT_MODEL = "good"
    server.mode = "cut_clean"
    visitor = await visit()
    interrupted = await visitor.ask(QUESTION)
    server.mode = ""

    await visitor.send_json_to({"type": "retry", "message": interrupted["message"]})
    finished = await visitor.until("answer.finished")

    assert (finished["status"], finished["reply_to"]) == ("complete", interrupted["reply_to"])


async def test_a_second_endpoint_takes_over_unnoticed(visit, settings, server):
    settings.CHAT_MODEL = "503"
    settings.FALLBACK_OPENAI_BASE_URL = server.url
    settings.FALLBACK_OPENAI_API_KEY = "key"
    settings.FALLBACK_CHAT_MODEL = "good"

    finished = await (await visit()).ask(QUESTION)

    assert finished["text"] == "Refunds take days [1]."
    assert (await in_database(Message.objects.get)(role="bot")).engine == "good"


async def test_after_five_failures_nobody_waits_for_the_model(visit, settings, server):
    settings.CHAT_MODEL = "503"
    visitor = await visit()
    for number in range(5):
        await visitor.ask(QUESTION, id=f"q{number}")
    asked, started = len(server.requests), monotonic()

    finished = await visitor.ask(QUESTION, id="last")

    assert len(server.requests) == asked
    assert monotonic() - started < 3
    assert "5 to 10 business days" in finished["text"]
