"""What is on record: who looked at which customer, and each tool the assistant called in a customer's name."""

import pytest
from django.test import Client

from accounts.actors import VISITOR
from accounts.models import AuditEntry, Customer
from chat import services, tools
from chat.llm.base import ToolCall
from chat.models import Conversation, Feedback, Widget
from chat.records import Question, Source
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SECRET = "CANARY-SAID"


@pytest.fixture
def widget(db) -> Widget:
    return factories.widget()


@pytest.fixture
def customer(db) -> Customer:
    customer = factories.customer(external_id="cus-ada", name="Ada")
    customer.tickets.create(number="T-7", subject=SECRET)
    return customer


@pytest.fixture
def conversation(widget, customer) -> Conversation:
    started = services.start_conversation(widget, factories.actor(customer), {}).conversation
    services.post_message(started.pk, "1", SECRET)
    return started


def looks() -> list[tuple[str | None, str, str | None, str | None]]:
    return list(AuditEntry.objects.order_by("pk").values_list("label", "action", "customer_external_id", "ip"))


# --- Looks ---------------------------------------------------------------------------------

READING = ["", "news/?after=0", "before/9/"]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.agent("ines"))
    return client


@pytest.mark.parametrize("page", READING)
def test_reading_a_customers_conversation_is_one_look(desk: Client, conversation, page: str):
    for _ in range(2):
        assert desk.get(f"/console/conversations/{conversation.pk}/{page}").status_code == 200

    assert looks() == [("ines", "conversation.viewed", "cus-ada", "127.0.0.1")]


def test_looking_at_the_record_beside_it_is_another(desk: Client, conversation):
    desk.get(f"/console/conversations/{conversation.pk}/customer/")

    assert looks() == [("ines", "customer.viewed", "cus-ada", "127.0.0.1")]


def test_visitors_who_are_nobodys_customers_are_not_on_record(desk: Client, widget):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation

    desk.get(f"/console/conversations/{conversation.pk}/")
    desk.get(f"/console/conversations/{conversation.pk}/customer/")

    assert not looks()


def test_who_is_refused_has_seen_nothing(client: Client, conversation):
    client.force_login(factories.staff_member("editor"))

    client.get(f"/console/conversations/{conversation.pk}/")

    assert not looks()


@pytest.mark.parametrize(
    ("page", "action"),
    [
        ("accounts/customer/{customer}", "customer.viewed"),
        ("accounts/ticket/{ticket}", "ticket.viewed"),
        ("chat/conversation/{conversation}", "conversation.viewed"),
        ("chat/botmessage/{answer}", "conversation.viewed"),
        ("chat/feedback/{feedback}", "conversation.viewed"),
    ],
)
def test_each_page_of_the_admin_about_a_customer_is_a_look(admin_client: Client, conversation, customer, page, action):
    answer = conversation.messages.get(role="bot")
    rows = {
        "customer": customer.pk,
        "ticket": customer.tickets.get().pk,
        "conversation": conversation.pk,
        "answer": answer.pk,
        "feedback": Feedback.objects.create(message=answer, rating="down", comment=SECRET).pk,
    }

    assert admin_client.get(f"/admin/{page.format(**rows)}/change/").status_code == 200

    assert looks() == [("admin", action, "cus-ada", "127.0.0.1")]
    assert "T-7" not in AuditEntry.objects.get().object


# --- Tools ---------------------------------------------------------------------------------


@pytest.fixture
def question(conversation, customer) -> Question:
    answer = conversation.messages.get(role="bot").pk
    actor = factories.actor(customer)
    return Question("Hello", "Help", None, actor, conversation_id=conversation.pk, answer_id=answer)


@pytest.mark.parametrize(
    ("name", "arguments", "result", "sources"),
    [
        ("get_ticket", {"number": "T-7"}, "found", [f"ticket {tools._hash('Ticket T-7')[:16]}"]),
        ("get_ticket", {"number": "T-8"}, "nothing", []),
        ("get_ticket", {"customer": 2}, "refused", []),
        ("open_ticket", {"subject": SECRET, "text": SECRET}, "offered", []),
    ],
)
def test_each_call_in_a_customers_name_is_on_record(question, name: str, arguments, result: str, sources):
    tools.run(ToolCall("1", name, arguments), question)

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.customer_external_id) == ("bot", "tool.called", "cus-ada")
    assert entry.object == f"tool {name}"
    assert (entry.details["tool"], entry.details["result"], entry.details["sources"]) == (name, result, sources)


def test_documents_are_named_by_their_number():
    assert tools._id(Source(1, "document", SECRET, SECRET, document_id=12)) == "document 12"


def test_nothing_that_was_said_is_on_record_and_the_same_arguments_are_known_again(question):
    for text in (SECRET, SECRET, "else"):
        tools.run(ToolCall("1", "open_ticket", {"subject": text, "text": text}), question)
    tools.run(ToolCall("1", "get_ticket", {"number": "T-7"}), question)
    tools.run(ToolCall("1", SECRET, {}), question)

    entries = list(AuditEntry.objects.order_by("pk").values())
    hashes = [entry["details"]["arguments_sha256"] for entry in entries[:3]]
    assert SECRET not in str(entries)
    assert "T-7" not in str(entries)
    assert (hashes[0] == hashes[1], hashes[0] == hashes[2]) == (True, False)
    assert entries[-1]["object"] == "tool unknown"


def test_what_is_looked_up_for_a_visitor_is_about_no_customer(widget):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation

    tools.run(ToolCall("1", "list_my_tickets", {}), Question("Hi", "Help", None, conversation_id=conversation.pk))

    assert not AuditEntry.objects.exists()
