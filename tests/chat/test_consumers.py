"""The visitor's socket, frame by frame, over real answers of the offline engines."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from channels.db import database_sync_to_async as in_database
from channels.layers import get_channel_layer
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisGone

from chat import announcements, frames, selectors, services
from chat.consumers import VisitorConsumer
from chat.errors import ModelError
from chat.llm.base import Finished, ToolCall
from chat.models import Conversation, Feedback, Message
from chat.phrases import phrase
from tests import factories
from tests.chat.conftest import Visitor, token_for
from tests.chat.prompting import given

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


async def test_ready_shows_the_widget_and_an_empty_conversation(visit, widget):
    ready = (await visit()).ready

    assert ready["widget"]["name"] == "Help"
    assert (ready["mode"], ready["messages"], ready["answering"], ready["customer"]) == ("bot", [], None, None)
    assert factories.SECRET not in str(ready)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "file://",
        "https://shop.example.evil.com",
        "https://evilshop.example",
        "http://shop.example",
        "https://shop.example:444",
        "https://shop.example@evil.com",
        "https://shop.example.",
    ],
)
async def test_other_origins_are_refused_before_the_socket_opens(widget, origin):
    connected, _ = await Visitor(widget, origin).connect()

    assert not connected


async def test_an_unknown_widget_is_refused(widget):
    widget.public_key = "wk_other"

    connected, _ = await Visitor(widget).connect()

    assert not connected


async def test_a_socket_does_not_look_up_the_message_it_has_just_sent(visit, model, monkeypatch):
    looked: list[int] = []
    state = selectors.conversation_state

    def look(conversation_id: int, after: int) -> selectors.ConversationState:
        looked.append(after)
        return state(conversation_id, after)

    monkeypatch.setattr(selectors, "conversation_state", look)
    model.gate = asyncio.Event()
    visitor = await visit()

    await visitor.send_json_to({"type": "message", "id": "q1", "text": "How long does a refund take?"})
    await visitor.until("answer.status")

    assert looked == [0]  # when it entered


async def test_an_answer_streams_with_citations_and_is_stored(visit, model):
    model.will_say("Refunds take ", "5 to 10 business days [1].")
    model.gate = asyncio.Event()
    visitor = await visit()

    await visitor.send_json_to({"type": "message", "id": "q1", "text": "How long does a refund take?"})
    accepted = await visitor.until("accepted")
    started = await visitor.until("answer.started")
    delta = await visitor.until("answer.delta")
    model.gate.set()
    finished = await visitor.until("answer.finished")

    assert (accepted["id"], accepted["seq"]) == ("q1", 1)
    assert started["reply_to"] == accepted["message"]
    assert delta["offset"] == 0
    assert finished["text"] == "Refunds take 5 to 10 business days [1]."
    assert (finished["seq"], finished["status"], finished["answered"]) == (2, "complete", True)
    (citation,) = finished["citations"]
    assert citation["kind"] == "document"
    assert citation["url"].endswith("/docs/public/refunds/#how-long-it-takes")


async def test_the_same_message_sent_twice_is_stored_and_answered_once(visit, model):
    visitor = await visit()
    await visitor.ask("Refund?", id="same")

    await visitor.send_json_to({"type": "message", "id": "same", "text": "Refund?"})
    again = await visitor.until("accepted")

    assert again["seq"] == 1
    assert await in_database(Message.objects.count)() == 2
    assert len(model.requests) == 1


async def test_an_anonymous_visitor_is_answered_from_public_pages_only(visit, model):
    visitor = await visit()

    await visitor.ask(
        "Against Tillwise the discount floor is 24 euros per month. Credit of 15 percent after an outage?"
    )

    told = given(model.requests[0].messages)
    assert "29 euros" in told
    assert "discount floor" not in told
    assert "15 percent" not in told


async def test_a_widget_without_collections_still_shows_only_what_its_visitor_may_read(visit, model, widget):
    await in_database(widget.collections.clear)()
    visitor = await visit()

    await visitor.ask("What does the Team plan cost, and what is the discount floor against Tillwise?")

    told = given(model.requests[0].messages)
    assert "29 euros" in told
    assert "discount floor" not in told


async def test_a_customer_is_answered_from_their_pages_and_record(visit, model, widget, customer):
    visitor = await visit(token=token_for(customer, widget))

    await visitor.ask("When does my plan renew and what about the credit after an outage?")

    told = given(model.requests[0].messages)
    assert visitor.ready["customer"] == {"name": "Ada Lovelace", "verified": True}
    assert "credit of 15 percent" in told
    assert "Your plan is Team at €29.00 per month." in told
    assert "We refunded the second charge of €29.00." in told
    assert "discount floor" not in told
    assert "CANARY" not in told


async def test_a_pasted_card_number_reaches_neither_model_nor_trace(visit, model):
    visitor = await visit()
    text = "How long does a refund to 4242 4242 4242 4242 take? My password is hunter2"

    await visitor.ask(text, id="q1")
    await visitor.ask(text, id="q2")

    question, answer = await in_database(list)(Message.objects.filter(seq__in=[1, 2]))
    assert question.text == text
    for kept in (str(model.requests), str(answer.trace)):
        assert "refund to ••• 4242" in kept
        assert "4242 4242" not in kept
        assert "hunter2" not in kept


async def test_a_question_too_long_for_the_model_is_answered_by_saying_so(visit, model, settings):
    settings.CHAT_CONTEXT_TOKENS = 2048
    visitor = await visit()

    finished = await visitor.ask("How long does a refund take? " + "🎉👩‍🚀" * 1000)

    assert (finished["status"], finished["answered"]) == ("complete", False)
    assert "too long" in finished["text"]
    assert model.requests == []


async def test_the_trace_says_what_had_no_room(visit, model, settings):
    settings.CHAT_CONTEXT_TOKENS = 2048
    visitor = await visit()

    await visitor.ask("How long does a refund take? " + "word " * 700)

    trace = (await in_database(Message.objects.get)(role=Message.Role.BOT)).trace
    assert 800 < trace["prompt_tokens"] <= 2048 - settings.CHAT_ANSWER_TOKENS
    assert trace["left_out"]


async def test_a_page_for_customers_opens_from_the_citation_that_led_to_it(
    visit, model, widget, customer, async_client
):
    model.will_say("You get 15 percent [1].")
    visitor = await visit(token=token_for(customer, widget))

    finished = await visitor.ask("What credit do customers get after an outage?")
    url = urlsplit(finished["citations"][0]["url"])
    page = await async_client.get(f"{url.path}?{url.query}")
    without = await async_client.get(url.path)

    assert url.path == "/docs/customers/credits/"
    assert (page.status_code, without.status_code) == (200, 404)


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "x" * 48}, {"audience": "wk_other"}, {"life": timedelta(hours=25)}, {"life": timedelta(minutes=-5)}],
)
async def test_a_token_that_proves_nothing_leaves_the_visitor_anonymous(widget, customer, wrong):
    visitor = Visitor(widget)
    await visitor.connect()

    await visitor.send_json_to({"type": "hello", "token": token_for(customer, widget, **wrong)})

    assert (await visitor.until("error"))["code"] == "identity_refused"
    assert (await visitor.until("ready"))["customer"] is None
    await visitor.disconnect()


async def test_frames_before_hello_are_refused_and_the_socket_stays(widget):
    visitor = Visitor(widget)
    await visitor.connect()

    await visitor.send_json_to({"type": "message", "id": "1", "text": "Hi"})
    assert (await visitor.until("error"))["code"] == "hello_expected"
    await visitor.send_to(text_data="{")
    assert (await visitor.until("error"))["code"] == "bad_json"
    await visitor.send_json_to({"type": "hello"})

    assert await visitor.until("ready")
    await visitor.disconnect()


async def test_a_socket_that_never_says_hello_is_closed(widget, monkeypatch):
    monkeypatch.setattr("chat.consumers.HELLO_SECONDS", 0.05)
    visitor = Visitor(widget)
    await visitor.connect()

    assert (await visitor.receive_output(timeout=2))["code"] == 4408


async def test_messages_in_a_burst_become_one_turn(visit, model):
    model.will_say("Ten days [1].")
    model.will_say("Ten days [1].")
    visitor = await visit()

    for number, text in enumerate(["Refund?", "I paid by card."]):
        await visitor.send_json_to({"type": "message", "id": f"q{number}", "text": text})
    await visitor.until("accepted")
    last = (await visitor.until("accepted"))["message"]
    while (await visitor.until("answer.finished"))["reply_to"] != last:
        pass

    assert await in_database(Message.objects.filter(role="bot", superseded=False).count)() == 1
    assert "Refund?\nI paid by card." in model.requests[-1].messages[-1]["content"]


async def test_stop_keeps_what_was_said(visit, model):
    model.gate = asyncio.Event()
    model.will_say("Refunds take ", "for ever.")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    delta = await visitor.until("answer.delta")

    await visitor.send_json_to({"type": "stop", "message": delta["message"]})
    finished = await visitor.until("answer.finished")

    assert (finished["status"], finished["text"]) == ("stopped", "Refunds take")


async def trace_of(message: str) -> dict[str, object]:
    trace: dict[str, object] = (await in_database(Message.objects.get)(public_id=message)).trace
    return trace


async def test_an_answer_that_was_stopped_before_its_first_word_says_what_was_searched_for(visit, model):
    model.gate = asyncio.Event()
    model.will_say(ToolCall("c1", "search_documents", {"query": "refund"}))
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    while (status := await visitor.until("answer.status"))["stage"] != "reading":
        pass

    await visitor.send_json_to({"type": "stop", "message": status["message"]})
    finished = await visitor.until("answer.finished")

    trace = await trace_of(finished["message"])
    assert (finished["status"], trace["query"]) == ("stopped", "Refund?")
    assert trace["sources"]
    assert trace["total_ms"]


async def test_an_answer_that_failed_says_how_far_it_came(visit, model, monkeypatch):
    monkeypatch.setattr("chat.answering.write", None)

    finished = await (await visit()).ask("Refund?")

    assert (finished["status"], (await trace_of(finished["message"]))["query"]) == ("failed", "Refund?")


@pytest.mark.parametrize("text", ["Hello!", "It doesn't work"])
async def test_what_takes_no_search_says_how_long_it_took(visit, model, text):
    finished = await (await visit()).ask(text)

    assert "total_ms" in await trace_of(finished["message"])


async def test_an_answer_outlives_its_socket_and_is_there_after_reconnecting(visit, model):
    model.gate = asyncio.Event()
    model.will_say("Refunds take ", "5 days [1].")
    first = await visit()
    await first.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    await first.until("answer.delta")
    await first.disconnect()

    second = await visit(session=first.ready["session"], after=1)
    repeated = await second.until("answer.delta")
    model.gate.set()
    finished = await second.until("answer.finished")

    assert second.ready["answering"] == repeated["message"]
    assert second.ready["messages"] == []
    assert (repeated["offset"], repeated["text"]) == (0, "Refunds take")
    assert finished["text"] == "Refunds take 5 days [1]."


async def test_two_tabs_see_the_same_conversation(visit, model):
    first = await visit()
    second = await visit(session=first.ready["session"])

    finished = await first.ask("Refund?")
    message = await second.until("message")
    same = await second.until("answer.finished")

    assert (message["role"], message["text"], message["seq"]) == ("customer", "Refund?", 1)
    assert same["message"] == finished["message"]


async def test_history_comes_back_after_a_reload(visit, model):
    first = await visit()
    await first.ask("Refund?")

    second = await visit(session=first.ready["session"], after=0)

    assert [message["role"] for message in second.ready["messages"]] == ["customer", "bot"]
    assert second.ready["messages"][1]["citations"] == []


async def test_a_failed_answer_can_be_tried_again(visit, model):
    model.will_say("Refunds take ", ModelError(retryable=True))
    model.will_say("A whole answer [1].")
    visitor = await visit()
    failed = await visitor.ask("Refund?")

    await visitor.send_json_to({"type": "retry", "message": failed["message"]})
    finished = await visitor.until("answer.finished")

    assert (failed["status"], failed["text"]) == ("interrupted", "Refunds take")
    assert (finished["status"], finished["reply_to"]) == ("complete", failed["reply_to"])


async def test_when_the_model_is_down_the_documents_answer_and_say_so(visit, model):
    model.will_say(ModelError(retryable=True))
    visitor = await visit()

    finished = await visitor.ask("In how many business days does a refund reach my card?")

    assert finished["text"].startswith("I can't reach my language model right now")
    assert "5 to 10 business days" in finished["text"]
    assert finished["citations"]


async def test_what_a_model_adds_to_not_knowing_is_not_said(visit, model):
    model.will_say("[0] I am not sure, but ", "the price is $99.")
    visitor = await visit()

    finished = await visitor.ask("What does it cost when a refund is late?")

    assert "$99" not in finished["text"]
    assert finished["text"].startswith("I couldn't find anything about that")
    assert (finished["answered"], finished["citations"]) == (False, [])


async def test_a_customers_few_words_that_no_engine_can_answer_are_asked_back(visit, model, widget, customer):
    model.will_say("[0]")
    visitor = await visit(token=token_for(customer, widget))

    finished = await visitor.ask("refund?")

    assert finished["text"] == phrase("which", "en")
    assert (finished["answered"], bool(finished["suggestions"])) == (False, True)


async def test_feedback_is_kept_once_per_answer(visit, model):
    visitor = await visit()
    finished = await visitor.ask("Refund?")

    for rating in ("up", "down"):
        await visitor.send_json_to({"type": "feedback", "message": finished["message"], "rating": rating})
    await visitor.send_json_to({"type": "stop", "message": "nothing"})
    await visitor.until("error")

    feedback = await in_database(Feedback.objects.get)()
    assert feedback.rating == "down"


async def test_another_visitors_messages_cannot_be_touched(visit, model):
    victim, stranger = await visit(), await visit()
    answer = (await victim.ask("Refund?"))["message"]

    for frame in (
        {"type": "stop", "message": answer},
        {"type": "retry", "message": answer},
        {"type": "feedback", "message": answer, "rating": "down"},
    ):
        await stranger.send_json_to(frame)
        assert (await stranger.until("error"))["code"] == "not_found"
    assert await victim.receive_nothing()
    assert not await in_database(Feedback.objects.exists)()


async def test_asking_for_a_person_queues_the_conversation_and_silences_the_bot(visit, model):
    visitor = await visit()

    await visitor.send_json_to({"type": "handoff", "note": "Please call me."})
    mode = await visitor.until("mode")
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Hello?"})
    await visitor.until("accepted")

    assert mode["mode"] == "waiting"
    assert model.requests == []


async def test_who_asks_for_a_person_in_words_gets_one(visit, model):
    visitor = await visit()

    await visitor.send_json_to({"type": "message", "id": "q1", "text": "I want to talk to a person"})

    assert (await visitor.until("mode"))["mode"] == "waiting"
    assert model.requests == []


async def test_an_agent_takes_over_replies_and_gives_back(visit, model, django_user_model):
    visitor = await visit()
    await visitor.ask("Refund?")
    conversation = await in_database(Conversation.objects.get)()
    agent = await in_database(django_user_model.objects.create)(username="ines", first_name="Ines", is_staff=True)

    await in_database(services.reply)(conversation.pk, agent, "I am on it.")
    joined = await visitor.until("message")
    reply = await visitor.until("message")
    mode = await visitor.until("mode")
    await in_database(services.give_back)(conversation.pk)
    back = await visitor.until("mode")

    assert joined["text"] == "Ines joined the conversation."
    assert (reply["role"], reply["author"], reply["text"]) == ("agent", "Ines", "I am on it.")
    assert (mode["mode"], mode["agent"], back["mode"]) == ("human", "Ines", "bot")


async def test_taking_over_stops_the_running_answer(visit, model, django_user_model):
    model.gate = asyncio.Event()
    model.will_say("Well, ", "never said")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    await visitor.until("answer.delta")
    conversation = await in_database(Conversation.objects.get)()
    agent = await in_database(django_user_model.objects.create)(username="ines", is_staff=True)

    await in_database(services.take_over)(conversation.pk, agent)

    assert (await visitor.until("answer.finished"))["status"] == "stopped"


async def test_new_starts_over_with_another_session(visit, model):
    visitor = await visit()
    await visitor.ask("Refund?")

    await visitor.send_json_to({"type": "new"})
    fresh = await visitor.until("ready")

    assert fresh["messages"] == []
    assert fresh["session"] != visitor.ready["session"]


async def test_late_news_of_the_conversation_before_does_not_reach_the_new_one(visit, model):
    visitor = await visit()
    left = await in_database(Conversation.objects.get)()
    await visitor.send_json_to({"type": "new"})
    await visitor.until("ready")
    mine = await in_database(Conversation.objects.exclude(pk=left.pk).get)()

    for conversation in (left, mine):
        frame = frames.answer_started(message=f"in {conversation.pk}", reply_to="q1")
        event = {"type": "answer.frame", "conversation": conversation.pk, "frame": frame}
        await get_channel_layer().group_send(announcements.visitors(mine.pk), event)

    assert (await visitor.until("answer.started"))["message"] == f"in {mine.pk}"


async def test_a_resolved_conversation_takes_no_more_messages(visit, model):
    visitor = await visit()
    await visitor.ask("Refund?")
    conversation = await in_database(Conversation.objects.get)()

    await in_database(services.resolve)(conversation.pk)
    await visitor.until("mode")
    await visitor.send_json_to({"type": "message", "id": "late", "text": "One more"})
    error = await visitor.until("error")

    assert (error["code"], error["id"]) == ("conversation_resolved", "late")


async def test_a_customers_conversation_is_not_resumed_without_their_token(visit, model, widget, customer):
    mine = await visit(token=token_for(customer, widget))
    await mine.ask("When does my plan renew?")

    somebody = await visit(session=mine.ready["session"])

    assert somebody.ready["messages"] == []
    assert somebody.ready["conversation"] != mine.ready["conversation"]


async def test_an_anonymous_conversation_follows_its_session_into_the_account(visit, model, widget, customer):
    before = await visit()
    await before.ask("Refund?")

    after = await visit(session=before.ready["session"], token=token_for(customer, widget))

    assert after.ready["conversation"] == before.ready["conversation"]
    assert len(after.ready["messages"]) == 2


async def test_a_greeting_is_nothing_that_a_question_could_go_on_from(visit, model):
    visitor = await visit()
    await visitor.ask("hi")
    await in_database(Message.objects.update)(created_at=timezone.now() - timedelta(minutes=1))

    finished = await visitor.ask("it doesn't work", id="q2")

    assert finished["text"] == phrase("more", "en")


async def test_who_planted_a_session_hears_nothing_of_the_customer_who_signs_in_with_it(visit, model, widget, customer):
    planted = await visit()

    after = await visit(session=planted.ready["session"], token=token_for(customer, widget))
    closed = await planted.receive_output()
    again = await visit(session=planted.ready["session"])

    assert (closed["type"], closed["code"]) == ("websocket.close", 4409)
    assert after.ready["session"] != planted.ready["session"]
    assert again.ready["conversation"] != after.ready["conversation"]


async def test_a_socket_that_missed_the_news_cannot_speak_in_a_customers_conversation(
    visit, model, widget, customer, monkeypatch
):
    planted = await visit()
    monkeypatch.setattr("chat.announcements.conversation_changed", lambda *_: None)
    await visit(session=planted.ready["session"], token=token_for(customer, widget))

    await planted.send_json_to({"type": "message", "id": "q1", "text": "When does my plan renew?"})

    assert (await planted.receive_output())["code"] == 4409
    assert not await in_database(Message.objects.exists)()


async def test_typing_is_told_to_agents_without_asking_the_database(visit, model):
    layer, visitor = get_channel_layer(), await visit()
    agent = await layer.new_channel()
    await layer.group_add(announcements.AGENTS, agent)

    async with queries_of_sockets() as queries:
        await visitor.send_json_to({"type": "typing"})
        told = await layer.receive(agent)

    assert told["type"] == "visitor.typing"
    assert not queries


@asynccontextmanager
async def queries_of_sockets() -> AsyncIterator[list[dict[str, str]]]:
    """What is asked of the database meanwhile, on the connection that all sockets share."""
    capture = CaptureQueriesContext(connection)
    await in_database(capture.__enter__)()
    found: list[dict[str, str]] = []
    yield found
    found += await in_database(lambda: capture.captured_queries)()
    await in_database(capture.__exit__)(None, None, None)


async def test_bad_frames_leave_other_sockets_alone(visit, model):
    noisy, quiet = await visit(), await visit()

    for raw in ("{", "[" * 10_000, '{"type":"message"}', '{"type":1}', '{"type":"message","id":"x","text":"\\ud800"}'):
        await noisy.send_to(text_data=raw)
        assert (await noisy.until("error"))["retryable"] is False
    await noisy.send_to(bytes_data=b"\xff\x00")
    await noisy.until("error")

    assert (await quiet.ask("Refund?"))["status"] == "complete"


# --- What must not be lost -----------------------------------------------------------------


async def test_a_question_is_answered_even_if_its_socket_is_gone_before_the_receipt(widget, visit, model, monkeypatch):
    send = VisitorConsumer.send_json

    async def send_until_gone(self: VisitorConsumer, frame: dict[str, object], close: bool = False) -> None:
        if frame["type"] == "accepted":
            raise OSError("gone")
        await send(self, frame, close)

    monkeypatch.setattr(VisitorConsumer, "send_json", send_until_gone)
    first = Visitor(widget)
    session = (await first.hello())["session"]
    await first.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    with pytest.raises(OSError, match="gone"):
        await first.wait()

    second = await visit(session=session)
    answers = [message for message in second.ready["messages"] if message["role"] == "bot"]

    assert (answers or [await second.until("answer.finished")])[0]["status"] == "complete"


async def test_an_answer_is_stored_while_the_channel_layer_is_away(visit, model, monkeypatch):
    async def gone(*_: object) -> None:
        raise RedisGone("away")

    visitor = await visit()
    with monkeypatch.context() as away:
        for name in ("group_send", "group_add", "new_channel", "send"):
            away.setattr(get_channel_layer(), name, gone)
        await visitor.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
        await visitor.until("accepted")
        answer = await in_database(Message.objects.filter(role="bot").get)()
        for _ in range(250):
            await in_database(answer.refresh_from_db)()
            if answer.status != "streaming":
                break
            await asyncio.sleep(0.02)

    assert answer.status == "complete"


def once_away(monkeypatch, module, name: str) -> None:
    """The database is away the first time this is done."""
    work, failures = getattr(module, name), [OperationalError("restarting")]

    def restarting(*given: object, **named: object) -> object:
        if failures:
            raise failures.pop()
        return work(*given, **named)

    monkeypatch.setattr(module, name, restarting)


async def test_an_answer_waits_for_a_database_that_restarts(visit, model, monkeypatch):
    once_away(monkeypatch, services, "finish_answer")
    monkeypatch.setattr("chat.running.STORING_PAUSES", (0.01,))

    assert (await (await visit()).ask("Refund?"))["status"] == "complete"


@pytest.mark.parametrize(("module", "name"), [(services, "withdraw_offers"), (selectors, "question_message")])
async def test_a_question_that_grew_waits_for_a_database_that_restarts(visit, model, monkeypatch, module, name):
    model.gate = asyncio.Event()
    visitor = await visit()
    once_away(monkeypatch, module, name)
    monkeypatch.setattr("chat.running.STORING_PAUSES", (0.01,))
    for number in range(2):
        await visitor.send_json_to({"type": "message", "id": f"q{number}", "text": "Refund?"})
        last = (await visitor.until("accepted"))["message"]
    model.gate.set()

    finished = await visitor.until("answer.finished")

    assert (finished["reply_to"], finished["status"]) == (last, "complete")


async def looks_at_a_lost_answer(visit, monkeypatch) -> Visitor:
    """A socket in a conversation whose answer nobody writes."""
    monkeypatch.setattr("chat.services.LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr("chat.consumers.LOOK_AGAIN_SECONDS", 0.2)
    first: Visitor = await visit()
    conversation = await in_database(Conversation.objects.get)(public_id=first.ready["conversation"])
    await in_database(services.post_message)(conversation.pk, "q1", "Refund?")
    second: Visitor = await visit(session=first.ready["session"])
    return second


async def test_a_socket_goes_on_looking_when_the_database_restarts(visit, model, monkeypatch):
    second = await looks_at_a_lost_answer(visit, monkeypatch)

    once_away(monkeypatch, services, "close_lost_answers")

    assert (await second.until("answer.finished"))["status"] == "interrupted"


async def test_a_socket_finds_out_by_itself_that_the_writer_of_its_answer_is_gone(visit, model, monkeypatch):
    second = await looks_at_a_lost_answer(visit, monkeypatch)

    assert second.ready["answering"]
    assert (await second.until("answer.finished"))["status"] == "interrupted"


async def test_stop_keeps_the_citations_of_what_was_said(visit, model):
    model.gate = asyncio.Event()
    model.will_say("A few days [1]. ", "And more.")
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Refund?"})
    delta = await visitor.until("answer.delta")

    await visitor.send_json_to({"type": "stop", "message": delta["message"]})
    finished = await visitor.until("answer.finished")

    assert (finished["status"], finished["text"]) == ("stopped", "A few days [1].")
    assert [citation["number"] for citation in finished["citations"]] == [1]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_an_answer_the_model_did_not_bring_to_its_end_is_not_complete(visit, model, reason):
    model.will_say("Refunds take [1]", Finished(reason))

    finished = await (await visit()).ask("Refund?")

    assert (finished["status"], finished["answered"]) == ("interrupted", False)


@pytest.mark.parametrize("unwanted", ["\x00", "\ud83d", "\u200b"])
async def test_what_cannot_be_stored_is_left_out_of_an_answer(visit, model, unwanted):
    model.will_say(f"Five{unwanted} days", " [1].")

    assert (await (await visit()).ask("Refund?"))["text"] == "Five days [1]."


async def test_a_tool_with_a_strange_name_does_not_cost_the_answer(visit, model):
    model.will_say(ToolCall("c\ud83d", "look\x00up\ud83d", {}))
    model.will_say("Five days [1].")

    finished = await (await visit()).ask("Refund?")

    trace = (await in_database(Message.objects.get)(role="bot")).trace
    assert finished["text"] == "Five days [1]."
    assert trace["tools"] == [{"name": "unknown", "ok": False, "found": []}]


async def test_what_cannot_be_stored_is_left_out_of_what_visitors_say(visit, model):
    visitor = await visit(context={"url": "https://shop.example/\x00", "title": "\x00"})
    answer = (await visitor.ask("Refund?"))["message"]

    await visitor.send_json_to({"type": "message", "id": "a\x00", "text": "Hi"})
    assert (await visitor.until("error"))["code"] == "invalid_field"
    await visitor.send_json_to(
        {"type": "feedback", "message": answer, "rating": "up", "reason": "\x00", "comment": "a\x00b"}
    )
    await visitor.send_json_to({"type": "handoff", "note": "Call\x00 me"})

    assert (await visitor.until("message"))["text"] == "Call me"
    assert (await in_database(Feedback.objects.get)()).comment == "ab"


async def test_a_key_that_no_database_can_hold_is_refused(widget):
    widget.public_key = "%00"

    connected, _ = await Visitor(widget).connect()

    assert not connected
