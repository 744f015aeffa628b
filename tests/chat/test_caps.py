"""Caps as a visitor meets them: the chat goes on without its model, and says so."""

from ipaddress import ip_network
from typing import Any

import pytest
from channels.routing import URLRouter

from chat.models import Conversation, Message, Spending
from chat.phrases import phrase
from chat.routing import websocket_urlpatterns
from supportbot.proxies import BehindProxies
from tests.chat.conftest import Visitor, in_database, without_redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

QUESTION = "In how many business days does a refund reach my card?"
OVER_LIMIT = phrase("over_limit", "en")
PROXY = "10.0.0.1"


@pytest.fixture
def _any_pace(settings) -> None:
    settings.CHAT_MESSAGES_VISITOR = settings.CHAT_MESSAGES_IP = 0


async def ask_all(visitor: Visitor, times: int) -> list[str]:
    return [(await visitor.ask(QUESTION, id=f"q{number}"))["text"] for number in range(times)]


@pytest.mark.usefixtures("_any_pace")
async def test_over_the_cap_the_documents_answer_and_say_so(visit, model, settings):
    settings.CHAT_LIMIT_VISITOR = 2

    texts = await ask_all(await visit(), 4)

    assert len(model.requests) == 2
    assert all(text.startswith(OVER_LIMIT) and "5 to 10 business days" in text for text in texts[2:])


@pytest.mark.usefixtures("_any_pace")
async def test_a_flood_of_one_visitor_reaches_the_model_no_more_than_the_limit(visit, model, settings, until_idle):
    settings.CHAT_LIMIT_VISITOR = 7
    visitor, other = await visit(), await visit()

    for number in range(60):
        await visitor.send_json_to({"type": "message", "id": f"q{number}", "text": "Refund?"})
        await visitor.until("accepted")
    await until_idle()

    assert len(model.requests) <= 7
    assert not await in_database(Message.objects.filter(status="streaming").exists)()
    assert not (await other.ask(QUESTION))["text"].startswith(OVER_LIMIT)


@pytest.mark.usefixtures("_any_pace")
async def test_a_full_widget_leaves_others_alone_and_a_restart_changes_nothing(visit, model, settings, widget):
    settings.CHAT_LIMIT_WIDGET = 1
    await ask_all(await visit(), 1)
    visitor = await visit()

    (text,) = await ask_all(visitor, 1)
    counted = await in_database(Spending.objects.get)(widget_id=widget.pk)

    assert text.startswith(OVER_LIMIT)
    assert (len(model.requests), counted.answers) == (1, 1)


async def test_a_model_that_refuses_costs_nothing(visit, server, settings):
    settings.CHAT_PRICE_INPUT = settings.CHAT_PRICE_OUTPUT = 1
    settings.CHAT_MODEL = "401"
    visitor = await visit()
    refused = (await visitor.ask(QUESTION))["text"]
    settings.CHAT_MODEL = "good"

    await visitor.ask(QUESTION, id="q2")

    spent = await in_database(Spending.objects.get)()
    assert refused.startswith(phrase("model_away", "en"))
    assert (spent.answers, spent.prompt, spent.completion, spent.micro) == (2, 7, 3, 10)


async def test_what_was_interrupted_is_counted_as_the_most_it_can_have_cost(visit, server, settings):
    settings.CHAT_PRICE_INPUT = settings.CHAT_PRICE_OUTPUT = 1
    settings.CHAT_MODEL = "cut_clean"

    await (await visit()).ask(QUESTION)

    spent = await in_database(Spending.objects.get)()
    assert settings.CHAT_ANSWER_TOKENS < spent.micro <= settings.CHAT_CONTEXT_TOKENS


async def test_a_broken_second_call_does_not_hide_what_the_first_took(visit, server, settings):
    settings.CHAT_PRICE_INPUT = settings.CHAT_PRICE_OUTPUT = 1
    settings.CHAT_MODEL = "tool_then_503"

    await (await visit()).ask(QUESTION)

    spent = await in_database(Spending.objects.get)()
    assert (spent.prompt, spent.completion) == (7, 3)


async def test_while_redis_is_away_the_model_rests_and_the_chat_goes_on(visit, model):
    visitor = await visit()

    with without_redis():
        (text,) = await ask_all(visitor, 1)

    assert text.startswith(OVER_LIMIT)
    assert "5 to 10 business days" in text
    assert model.requests == []


# --- Messages as such ----------------------------------------------------------------------


async def test_too_many_messages_are_refused_until_later(visit, model, settings):
    settings.CHAT_MESSAGES_VISITOR = 2
    visitor = await visit()
    await ask_all(visitor, 2)

    await visitor.send_json_to({"type": "message", "id": "q9", "text": "Refund?"})
    error = await visitor.until("error")

    assert (error["code"], error["retryable"], error["id"]) == ("too_many_messages", True, "q9")
    assert await in_database(Message.objects.filter(role="customer").count)() == 2


async def test_a_new_conversation_does_not_make_a_new_visitor(visit, model, settings):
    settings.CHAT_MESSAGES_VISITOR, settings.CHAT_LIMIT_VISITOR = 2, 1
    visitor = await visit()
    texts = []
    for number in range(2):
        texts += [(await visitor.ask(QUESTION, id=f"q{number}"))["text"]]
        await visitor.send_json_to({"type": "new"})
        session = (await visitor.until("ready"))["session"]
    again = await visit(session=session)

    await again.send_json_to({"type": "message", "id": "q9", "text": "Refund?"})

    assert (await again.until("error"))["code"] == "too_many_messages"
    assert len(model.requests) == 1
    assert texts[1].startswith(OVER_LIMIT)


async def test_asking_for_another_answer_counts_as_a_message(visit, model, settings):
    settings.CHAT_MESSAGES_VISITOR = 1
    visitor = await visit()
    finished = await visitor.ask(QUESTION)

    await visitor.send_json_to({"type": "retry", "message": finished["message"]})

    assert (await visitor.until("error"))["code"] == "too_many_messages"


async def test_people_can_write_while_nobody_counts_messages(visit, model, settings):
    settings.CHAT_MESSAGES_VISITOR = 1
    visitor = await visit()

    with without_redis():
        assert len(await ask_all(visitor, 3)) == 3


# --- Addresses -----------------------------------------------------------------------------


async def from_address(widget: Any, **hello: Any) -> Visitor:
    visitor = Visitor(widget, ip="198.51.100.1")
    await visitor.connect()
    await visitor.send_json_to({"type": "hello", **hello})
    visitor.ready = await visitor.receive_json_from(timeout=5)
    return visitor


async def from_behind(widget: Any, forwarded_for: str) -> Visitor:
    visitor = Visitor(widget, ip=PROXY)
    visitor.application = BehindProxies(URLRouter(websocket_urlpatterns))
    visitor.scope["headers"] = [*visitor.scope["headers"], (b"x-forwarded-for", forwarded_for.encode())]
    await visitor.hello()
    return visitor


async def test_no_address_begins_more_conversations_than_the_limit(widget, settings):
    settings.CHAT_CONVERSATIONS_IP = 2
    first, second = await from_address(widget), await from_address(widget)

    await first.send_json_to({"type": "new"})
    refused = await first.until("error")
    third = await from_address(widget)
    closed = await third.receive_output(timeout=2)
    resumed = await from_address(widget, session=second.ready["session"])

    assert (refused["code"], third.ready["code"], closed["code"]) == (*["too_many_conversations"] * 2, 1013)
    assert resumed.ready["conversation"] == second.ready["conversation"]
    assert await in_database(Conversation.objects.count)() == 2


async def test_no_address_sends_more_messages_than_the_limit(visit, model, settings):
    settings.CHAT_MESSAGES_IP = 2
    for _ in range(2):
        await (await visit(ip="198.51.100.1")).ask(QUESTION)
    third, elsewhere = await visit(ip="198.51.100.1"), await visit(ip="198.51.100.2")

    await third.send_json_to({"type": "message", "id": "q1", "text": QUESTION})

    assert (await third.until("error"))["code"] == "too_many_messages"
    assert (await elsewhere.ask(QUESTION))["text"]


async def test_an_invented_address_counts_for_nothing(widget, model, settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.CHAT_LIMIT_IP = 2

    for number in range(5):
        visitor = await from_behind(widget, f"192.0.2.{number}, 198.51.100.1")
        await visitor.ask(QUESTION)
        await visitor.disconnect()

    assert len(model.requests) == 2


async def test_visitors_behind_one_proxy_are_told_apart_and_their_addresses_forgotten(widget, model, settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.CHAT_LIMIT_IP = 1

    for number in range(3):
        visitor = await from_behind(widget, f"198.51.100.{number}")
        await visitor.ask(QUESTION)
        await visitor.disconnect()

    stored = await in_database(lambda: str([*Message.objects.values(), *Spending.objects.values()]))()
    assert len(model.requests) == 3
    assert "198.51.100" not in stored
    assert "198.51.100" not in str(model.requests)
