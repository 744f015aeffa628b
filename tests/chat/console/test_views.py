import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chat import services
from chat.actions import decide, propose
from chat.models import Conversation, Feedback
from chat.records import Answer
from chat.selectors import question_of
from tests import factories
from tests.chat.console.conftest import PRIVATE, texts

MARKUP = '<script>window.__xss=1</script><img src=x onerror="window.__xss=1">'


def url(conversation: Conversation, part: str = "") -> str:
    return f"/console/conversations/{conversation.pk}/{part}"


# --- The list ------------------------------------------------------------------------------


def names(response) -> list[str]:
    return [str(row.customer or "Visitor") for row in response.context["inbox"].rows]


def test_it_lists_open_conversations_newest_first(desk: Client, talk, customer):
    talk("First", customer=customer)
    talk("Second")
    talk("Done", mode="resolved")

    assert names(desk.get("/console/")) == ["Visitor", "Ada Lovelace"]


def test_a_conversation_without_a_message_is_not_listed(desk: Client, talk):
    talk()

    assert names(desk.get("/console/")) == []


def test_of_those_who_wait_the_longest_comes_first(desk: Client, talk):
    first, second = (talk("Hello", mode="waiting") for _ in range(2))

    shown = desk.get("/console/?folder=waiting").context["inbox"].rows

    assert [row.pk for row in shown] == [first.pk, second.pk]


def test_whoever_writes_again_while_waiting_keeps_their_place(desk: Client, talk):
    first, second = (talk("Hello") for _ in range(2))
    for conversation in (first, second):
        services.request_person(conversation.pk)
    services.post_message(first.pk, "again", "Is anybody there?")

    shown = desk.get("/console/?folder=waiting").context["inbox"].rows

    assert [row.pk for row in shown] == [first.pk, second.pk]


def test_an_answer_that_said_nothing_is_not_the_last_thing_said(desk: Client, talk):
    conversation = talk("Hello")
    answer = services.post_message(conversation.pk, "more", "And how?").answer
    assert answer
    services.finish_answer(answer.pk, Answer("", status="interrupted", answered=False))

    assert desk.get("/console/?folder=bot").context["inbox"].rows[0].excerpt == "And how?"


@pytest.mark.parametrize("folder", ["waiting", "mine", "bot", "open", "resolved"])
def test_each_folder_holds_its_conversations_and_counts_them(desk: Client, talk, agent, colleague, folder: str):
    made = {
        "bot": talk("Bot"),
        "waiting": talk("Waiting", mode="waiting"),
        "mine": talk("Mine", mode="human", agent=agent),
        "other": talk("Other", mode="human", agent=colleague),
        "resolved": talk("Done", mode="resolved", agent=agent),
    }

    response = desk.get("/console/", {"folder": folder})

    expected = {made[name] for name in ("bot", "waiting", "mine", "other")} if folder == "open" else {made[folder]}
    assert set(response.context["inbox"].rows) == expected
    assert next(item.total for item in response.context["inbox"].folders if item.is_current) == len(expected)


@pytest.mark.parametrize("words", ["lovelace", "ada@shop", "BAT-22"])
def test_it_finds_names_addresses_and_words(desk: Client, talk, customer, words: str):
    talk("Where is parcel BAT-22?", customer=customer)
    talk("Hello")

    assert names(desk.get("/console/", {"q": words})) == ["Ada Lovelace"]


def test_a_wrong_folder_or_size_is_the_default(desk: Client, talk):
    talk("Hello")

    assert names(desk.get("/console/", {"folder": "nowhere", "size": "-1", "q": "\0"})) == ["Visitor"]


def test_it_shows_a_page_and_offers_more(desk: Client, talk, monkeypatch):
    for number in range(3):
        talk(f"Question {number}")
    monkeypatch.setattr("chat.console.selectors.PAGE", 2)
    monkeypatch.setattr("chat.console.forms.PAGE", 2)

    response = desk.get("/console/list/")

    assert len(response.context["inbox"].rows) == 2
    assert "Show more" in response.content.decode()


def test_what_waits_for_an_agent_is_unread_until_read(desk: Client, talk):
    conversation = talk("Hello", mode="waiting")
    assert desk.get("/console/").context["inbox"].rows[0].is_unread

    desk.post(url(conversation, "read/"))

    assert not desk.get("/console/").context["inbox"].rows[0].is_unread


def test_an_empty_folder_says_so(desk: Client):
    assert "Nobody is waiting for a person." in desk.get("/console/?folder=waiting").content.decode()


# --- A conversation ------------------------------------------------------------------------


def test_it_shows_what_was_said_with_sources_and_ratings(desk: Client, talk):
    conversation = talk("How long do refunds take?")
    Feedback.objects.create(message=conversation.messages.get(role="bot"), rating="down", reason="Not clear")

    page = desk.get(url(conversation)).content.decode()

    for shown in ("How long do refunds take?", "A refund takes 5 days.", "https://shop.example/refunds", "Not clear"):
        assert shown in page


def test_it_marks_what_the_sources_did_not_say(desk: Client, talk):
    conversation = talk("Hello")
    conversation.messages.filter(role="bot").update(answered=False)

    assert "Sources didn’t say" in desk.get(url(conversation)).content.decode()


def test_a_question_back_is_none_of_that(desk: Client, talk):
    conversation = talk("Hello")
    conversation.messages.filter(role="bot").update(answered=False, outcome="asked")

    assert "Sources didn’t say" not in desk.get(url(conversation)).content.decode()


def test_it_shows_what_was_offered_to_be_done_and_what_became_of_it(desk: Client, talk, customer):
    conversation = talk("My reader is dead", customer=customer)
    question = question_of(conversation.messages.get(role="customer"), conversation.messages.get(role="bot").pk)
    action = propose(question, "open_ticket", {"subject": "Reader", "text": "Dead."}, title="Open it", summary="A <b>.")
    part = f"offers/{action.pk}/"

    page = desk.get(url(conversation)).content.decode()
    decide(conversation.pk, str(action.public_id), factories.actor(customer), approve=True)
    line = desk.get(url(conversation, part)).content.decode()

    assert "Waiting for the customer" in page
    assert "A &lt;b&gt;." in page
    assert url(conversation, part) in page
    assert "Confirmed and done" in line
    assert "hx-get" not in line
    assert desk.get(url(talk("Hello"), part)).status_code == 404
    assert Client().get(url(conversation, part)).status_code == 302


def test_a_page_that_asks_gets_the_conversation_alone(desk: Client, talk):
    page = desk.get(url(talk("Hello")), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert "Hello" in page


def test_news_are_only_what_came_after(desk: Client, talk):
    conversation = talk("First", "Second")

    fragment = desk.get(url(conversation, "news/?after=2")).content.decode()

    assert "Second" in fragment
    assert "First" not in fragment


def test_long_conversations_come_in_stretches(desk: Client, talk, monkeypatch):
    monkeypatch.setattr("chat.console.selectors.TRANSCRIPT_PAGE", 2)
    conversation = talk("First", "Second")

    newest = desk.get(url(conversation)).content.decode()
    earlier = desk.get(url(conversation, "before/3/")).content.decode()

    assert "Second" in newest
    assert "Show earlier messages" in newest
    assert "First" in earlier
    assert "Show earlier messages" not in earlier


def test_a_running_answer_is_announced(desk: Client, talk):
    conversation = talk("Hello")
    running = services.post_message(conversation.pk, "q2", "And now?").answer
    assert running

    assert f'data-message="{running.public_id}"' in desk.get(url(conversation)).content.decode()


# --- The customer --------------------------------------------------------------------------


def test_agents_see_the_record_with_private_notes_marked(desk: Client, talk, customer):
    panel = desk.get(url(talk("Hello", customer=customer), "customer/")).content.decode()

    for shown in (
        "Ada Lovelace",
        "ada@shop.example",
        "Engines Ltd",
        "Team",
        "€29.00",
        "BR-1",
        "Charged twice",
        PRIVATE,
    ):
        assert shown in panel
    assert panel.index("Private note") < panel.index(PRIVATE)


def test_agents_see_what_happened_lately_and_as_of_when_that_is_known(desk: Client, talk, customer):
    known = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    for days, kind in enumerate(("payment_failed", "signed_in")):
        happened = timezone.now() - timedelta(days=days, hours=1)
        customer.events.create(kind=kind, text="card 4242 4242 4242 4242", at=happened, synced_at=known)

    panel = desk.get(url(talk("Hello", customer=customer), "customer/")).content.decode()

    lately = panel.partition("<h3>Lately</h3>")[2]
    assert lately.index("Payment failed") < lately.index("Signed in")
    assert "4242 4242" not in lately
    assert known.isoformat() in lately


def test_secrets_in_tickets_are_masked(desk: Client, talk, customer):
    customer.tickets.get().comments.create(kind="customer", is_public=True, text="My card is 4242 4242 4242 4242.")

    panel = desk.get(url(talk("Hello", customer=customer), "customer/")).content.decode()

    assert "4242 4242" not in panel


def test_an_anonymous_visitor_has_no_record(desk: Client, talk, customer):
    panel = desk.get(url(talk("Hello"), "customer/")).content.decode()

    assert "Anonymous" in panel
    assert "Ada" not in panel


# --- Nothing that is shown runs ------------------------------------------------------------


def test_markup_in_any_field_is_shown_as_text(desk: Client, talk, customer):
    page_of_visitor = {"url": "javascript:window.__xss=1", "title": MARKUP, "locale": MARKUP}
    conversation = talk(MARKUP, customer=customer, page=page_of_visitor)
    type(customer).objects.filter(pk=customer.pk).update(
        name=MARKUP, email=f"{MARKUP}@x.example", company=MARKUP, phone=MARKUP, locale="<b>", time_zone=MARKUP[:60]
    )
    customer.tickets.update(subject=MARKUP)
    customer.tickets.get().comments.update(text=MARKUP, author=MARKUP)
    trace = {"query": MARKUP, "sources": [{"title": MARKUP}], "evidence": {MARKUP: MARKUP}, f"{MARKUP}_ms": 1.0}
    conversation.messages.filter(role="bot").update(text=MARKUP, engine=MARKUP, trace=trace)
    answer = conversation.messages.get(role="bot")
    answer.citations.update(title=MARKUP, quote=MARKUP, url="javascript:window.__xss=1")
    Feedback.objects.create(message=answer, rating="down", reason=MARKUP, comment=MARKUP)

    for path in (url(conversation), url(conversation, "customer/"), "/console/", f"/console/?q={MARKUP}"):
        page = desk.get(path).content.decode()
        assert "<script>window" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page


def test_answers_load_no_images_and_link_to_web_and_mail_only(desk: Client, talk):
    conversation = talk("Hello")
    conversation.messages.filter(role="bot").update(
        text="**Bold** ![spy](https://evil.example/p.png) [bad](javascript:alert(1)) [good](https://good.example/)"
    )

    page = desk.get(url(conversation)).content.decode()

    assert "<strong>Bold</strong>" in page
    assert 'href="https://good.example/"' in page
    assert "<img" not in page
    assert "evil.example" not in page
    assert 'href="javascript' not in page


def test_pages_hold_no_inline_code_or_style(desk: Client, talk):
    page = desk.get(url(talk("Hello"))).content.decode()

    for forbidden in (" style=", "<style", " onclick=", " hx-on", "javascript:"):
        assert forbidden not in page
    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')


def test_an_answer_says_how_it_was_made(desk: Client, talk):
    conversation = talk("Hello")
    trace = {"query": "greeting", "context_ms": 31.4, "total_ms": 1420, "taken_out": ["It is free."]}
    conversation.messages.filter(role="bot").update(outcome="answered", engine="gpt", trace=trace)

    page = desk.get(url(conversation)).content.decode()

    for shown in ("<b>Answered</b> · 1.42 s", "greeting", "It is free.", "31 ms"):
        assert shown in page


def test_a_hand_over_says_why(desk: Client, talk):
    page = desk.get(url(talk("This is ridiculous, I was charged twice!"))).content.decode()

    for shown in ("<b>Handed over to a person</b>", "They were angry"):
        assert shown in page


# --- What a page costs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "most"), [("", 15), ("news/?after=0", 13), ("customer/", 15), ("before/99/", 13), ("../../list/", 5)]
)
def test_a_page_costs_as_many_queries_however_much_it_shows(
    desk: Client, talk, customer, part: str, most: int, django_assert_max_num_queries
):
    conversation = talk("One", "Two", "Three", customer=customer)
    for number in range(4):
        talk(f"Question {number}", customer=customer, mode="waiting")
    for number in range(4):
        customer.tickets.create(number=f"T-{number}x", subject="More").comments.create(kind="agent", text="x")

    with django_assert_max_num_queries(most):
        desk.get(url(conversation, part).replace(f"conversations/{conversation.pk}/../../", ""))


# --- Actions -------------------------------------------------------------------------------


def post(desk: Client, conversation: Conversation, action: str, **data: str):
    response = desk.post(url(conversation, f"{action}/"), data, headers={"HX-Request": "true"})
    conversation.refresh_from_db()
    return response


def test_an_agent_takes_over(desk: Client, talk, agent):
    conversation = talk("Hello", mode="waiting")

    response = post(desk, conversation, "take-over")

    assert response.status_code == 204
    assert set(json.loads(response["HX-Trigger"])) == {"list-changed", "conversation-changed"}
    assert (conversation.mode, conversation.agent) == ("human", agent)


def test_a_reply_takes_over_and_is_sent_once(desk: Client, talk, agent):
    conversation = talk("Hello")

    for _ in range(2):
        post(desk, conversation, "reply", text=" Good morning \n", client_id="r1")

    assert (conversation.mode, conversation.agent) == ("human", agent)
    assert texts(conversation, "agent") == ["Good morning"]


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 8001])
def test_a_reply_that_cannot_be_sent_says_why(desk: Client, talk, text: str):
    conversation = talk("Hello")

    response = post(desk, conversation, "reply", text=text, client_id="r1")

    assert response.status_code == 422
    assert response.content.decode() in (
        "Write something first.",
        "Messages may have 8 000 characters. Please shorten it.",
    )
    assert texts(conversation, "agent") == []


def test_an_agent_gives_back_to_the_bot(desk: Client, talk, agent):
    conversation = talk("Hello", mode="human", agent=agent)

    for _ in range(2):
        post(desk, conversation, "give-back")

    assert (conversation.mode, conversation.agent) == ("bot", None)
    assert texts(conversation, "system") == ["The assistant is answering again."]


def test_an_agent_resolves_and_a_reply_reopens(desk: Client, talk, agent):
    conversation = talk("Hello", mode="human", agent=agent)

    post(desk, conversation, "resolve")
    assert conversation.mode == "resolved"

    post(desk, conversation, "reply", text="One more thing", client_id="r1")
    assert conversation.mode == "human"


def test_without_scripts_an_action_leads_back_to_the_conversation(desk: Client, talk):
    conversation = talk("Hello")

    response = desk.post(url(conversation, "resolve/"))

    assert response.status_code == 302
    assert response["Location"] == url(conversation)
