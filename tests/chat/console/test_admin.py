"""The admin: everything opens, records are read only, secrets are not in lists."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from chat.admin.widgets import is_origin
from chat.models import Feedback, Message
from tests.chat.console.conftest import PASSWORD


@pytest.fixture
def office(admin_client: Client) -> Client:
    return admin_client


@pytest.mark.parametrize(
    "model",
    [
        "chat/widget",
        "chat/conversation",
        "chat/botmessage",
        "chat/feedback",
        "accounts/user",
        "accounts/customer",
        "accounts/ticket",
        "auth/group",
    ],
)
def test_every_list_opens(office: Client, talk, customer, model: str):
    conversation = talk("Hello", customer=customer)
    Feedback.objects.create(message=conversation.messages.get(role="bot"), rating="up")

    assert office.get(f"/admin/{model}/").status_code == 200


def test_what_was_said_can_be_read_and_not_changed(office: Client, talk):
    conversation = talk("Hello")

    page = office.get(f"/admin/chat/conversation/{conversation.pk}/change/").content.decode()

    assert "About Hello" in page
    assert conversation.session_hash not in page
    assert office.post(f"/admin/chat/conversation/{conversation.pk}/change/", {}).status_code == 403
    assert office.post(f"/admin/chat/conversation/{conversation.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.fixture
def reader(client: Client, agent: User) -> Client:
    """Somebody who may look at conversations and at nothing else."""
    agent.user_permissions.add(Permission.objects.get(codename="view_conversation"))
    client.force_login(agent)
    return client


def test_an_answers_page_shows_how_it_was_made(reader: Client, talk):
    answer = talk("Hello").messages.get(role="bot")
    Message.objects.filter(pk=answer.pk).update(outcome="refused", trace={"query": "<b>refund</b>", "total_ms": 420})

    page = reader.get(f"/admin/chat/botmessage/{answer.pk}/change/").content.decode()

    for shown in ("Refused: the sources do not say", "&lt;b&gt;refund&lt;/b&gt;", "0.42 s"):
        assert shown in page
    assert reader.post(f"/admin/chat/botmessage/{answer.pk}/change/", {"text": "x"}).status_code == 403


def test_an_answers_text_is_shown_as_the_customer_sees_it(reader: Client, talk):
    answer = talk("Hello").messages.get(role="bot")
    Message.objects.filter(pk=answer.pk).update(text="Run `pip <install>` **now** [1]")

    page = reader.get(f"/admin/chat/botmessage/{answer.pk}/change/").content.decode()
    listed = reader.get("/admin/chat/botmessage/").content.decode()

    assert "Run <code>pip &lt;install&gt;</code> <strong>now</strong> [1]" in page
    assert "Run pip &lt;install&gt; now" in listed


def test_answers_are_called_so_all_the_way(reader: Client, talk):
    answer = talk("Hello").messages.get(role="bot")

    for page in ("", f"{answer.pk}/change/"):
        shown = reader.get(f"/admin/chat/botmessage/{page}").content.decode()
        way = shown.partition("/admin/chat/")[2].partition("</h")[0]
        assert "Answers" in way
        assert "Messages" not in way


def test_a_conversation_leads_to_how_its_answers_were_made(reader: Client, talk):
    conversation = talk("Hello")
    asked, answer = conversation.messages.order_by("seq")

    page = reader.get(f"/admin/chat/conversation/{conversation.pk}/change/").content.decode()

    assert f"/admin/chat/botmessage/{answer.pk}/change/" in page
    assert f"/admin/chat/botmessage/{asked.pk}/change/" not in page


def test_answers_can_be_listed_by_their_outcome(reader: Client, talk):
    talk("Hello", "And how?").messages.filter(text="About Hello").update(outcome="refused")

    listed = reader.get("/admin/chat/botmessage/?outcome__exact=refused").context["cl"].result_list

    assert [answer.text for answer in listed] == ["About Hello"]


def test_a_hand_over_is_listed_with_what_was_said_and_why(reader: Client, talk):
    note = talk("Can I talk to a person?").messages.get(role="system")

    (listed,) = reader.get("/admin/chat/botmessage/?outcome__exact=handed_over").context["cl"].result_list
    page = reader.get(f"/admin/chat/botmessage/{note.pk}/change/").content.decode()

    assert listed.pk == note.pk
    for shown in ("Can I talk to a person?", "Handed over to a person", "They asked for one"):
        assert shown in page


def test_answers_are_not_for_those_who_may_not_see_conversations(client: Client, agent, talk):
    answer = talk("Hello").messages.get(role="bot")
    client.force_login(agent)

    assert client.get("/admin/chat/botmessage/").status_code == 403
    assert client.get(f"/admin/chat/botmessage/{answer.pk}/change/").status_code == 403


def test_a_customers_record_is_shown_with_amounts(office: Client, customer):
    page = office.get(f"/admin/accounts/customer/{customer.pk}/change/").content.decode()

    assert "€29.00" in page
    assert office.post(f"/admin/accounts/customer/{customer.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize(
    ("origins", "right"), [(["https://a.example"], True), (["https://a.example/x"], False), ("x", False)]
)
def test_origins_are_checked_when_a_widget_is_saved(office: Client, widget, origins, right: bool):
    response = office.post(
        f"/admin/chat/widget/{widget.pk}/change/",
        {
            "name": "Help",
            "is_active": "on",
            "origins": json.dumps(origins),
            "greeting": "Hi",
            "accent": "#123456",
            "language": "en",
            "suggestions": "[]",
        },
    )

    assert (response.status_code == 302) is right


@pytest.mark.parametrize("value", ["https://a.example", "http://localhost:3000"])
def test_an_origin_has_a_scheme_and_a_host(value: str):
    assert is_origin(value)


@pytest.mark.parametrize(
    "value", ["a.example", "https://a.example/", "ftp://a.example", "https://", "http://[", "*", 3, None]
)
def test_anything_else_is_no_origin(value: object):
    assert not is_origin(value)


def test_a_new_user_is_made_with_a_hashed_password(office: Client):
    office.post(
        "/admin/accounts/user/add/",
        {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    )

    assert User.objects.get(username="new").check_password(PASSWORD)
