"""The cast: two agents, a user who is no agent, and a customer with a record that holds secrets."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, User
from chat import services
from chat.models import Conversation, Message, Widget
from chat.records import Answer, Cited
from tests import factories

PASSWORD = "a long enough password"
PRIVATE = "CANARY-PRIVATE-NOTE"


@pytest.fixture
def agent(db) -> User:
    return factories.agent("ines", email="ines@shop.example", password=PASSWORD, first_name="Ines")


@pytest.fixture
def colleague(db) -> User:
    return factories.agent("oskar", email="oskar@shop.example", password=PASSWORD, first_name="Oskar")


@pytest.fixture
def outsider(db) -> User:
    return User.objects.create_user("mallory", "mallory@shop.example", PASSWORD)


@pytest.fixture
def desk(agent: User, client: Client) -> Client:
    """A browser in which the agent is signed in."""
    client.force_login(agent)
    return client


@pytest.fixture
def widget(db) -> Widget:
    widget = factories.widget(name="Help")
    factories.signing_key(widget)
    return widget


@pytest.fixture
def customer(db) -> Customer:
    customer = factories.customer(name="Ada Lovelace", email="ada@shop.example", company="Engines Ltd")
    customer.orders.create(
        number="BR-1",
        total_minor=2900,
        currency="EUR",
        status="paid",
        items=[{"name": "Kit", "quantity": 1}],
        placed_at=timezone.now(),
    )
    ticket = customer.tickets.create(number="T-7", subject="Charged twice", status="pending")
    ticket.comments.create(author="Oskar", kind="agent", is_public=True, text="We are looking into it.")
    ticket.comments.create(author="Oskar", kind="agent", is_public=False, text=PRIVATE)
    return customer


Talk = Callable[..., Conversation]


@pytest.fixture
def talk(widget: Widget) -> Talk:
    """Starts a conversation in which each text is said by the customer."""

    def start(*texts: str, customer: Customer | None = None, **fields: object) -> Conversation:
        conversation = services.start_conversation(widget, factories.actor(customer), {}).conversation
        for text in texts:
            posted = services.post_message(conversation.pk, uuid4().hex, text)
            if posted.answer:
                services.finish_answer(posted.answer.pk, Answer(text=f"About {text}", citations=(CITED,)))
        Conversation.objects.filter(pk=conversation.pk).update(**fields)
        conversation.refresh_from_db()
        return conversation

    return start


CITED = Cited(1, "document", "Refunds", "https://shop.example/refunds", "A refund takes 5 days.", timezone.now())


def texts(conversation: Conversation, role: str) -> list[str]:
    return list(Message.objects.filter(conversation=conversation, role=role).values_list("text", flat=True))
