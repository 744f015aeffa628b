"""Customers of whom everything that can be kept is kept, each text with a word of its own in it."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.models import Customer
from chat import services
from chat.models import Attachment, Citation, Conversation, Feedback, Message, PendingAction, Widget
from chat.records import Answer
from tests import factories
from tests.images import png
from tests.record_canaries import customer_of_canaries

INES = Actor("staff", label="ines", ip="192.0.2.7")
OFFICE = Actor("system", label="office")
SHOWN_IN_CHAT = {"said", "answered", "page", "summary", "cited", "comment", "action", "traced"}


@pytest.fixture
def widget(db) -> Widget:
    return factories.widget(name="Help")


@pytest.fixture
def ada(widget: Widget) -> Customer:
    return with_a_past("ada", widget)


@pytest.fixture
def bob(widget: Widget) -> Customer:
    return with_a_past("bob", widget)


def with_a_past(owner: str, widget: Widget) -> Customer:
    customer = customer_of_canaries(owner)
    ticket = customer.tickets.exclude(number__contains="old").get()
    page = {"url": f"https://shop.example/canary-{owner}-page-", "title": "", "locale": "en"}
    conversation = services.start_conversation(widget, factories.actor(customer), page).conversation
    talk(conversation, owner, customer)
    # Begun on the same socket, before they proved who they are.
    before = services.start_conversation(widget, factories.actor(None), {}, conversation.visitor).conversation
    services.post_message(before.pk, "q0", f"canary-{owner}-anonymous-")
    audit.record(Action.CUSTOMER_VIEWED, INES, customer_id=customer.pk, about=f"customer {customer.pk}")
    audit.record(Action.TICKET_VIEWED, INES, customer_id=customer.pk, about=f"ticket {ticket.pk}")
    return customer


def talk(conversation: Conversation, owner: str, customer: Customer) -> None:
    image = attachment(conversation)
    question = services.post_message(conversation.pk, "q1", f"canary-{owner}-said-", [str(image.public_id)]).message
    answer = Message.objects.get(reply_to=question)
    services.finish_answer(answer.pk, answered(owner))
    answer.refresh_from_db()
    Citation.objects.create(message=answer, number=9, kind="ticket", title="T", quote=f"canary-{owner}-cited-")
    Feedback.objects.create(message=answer, rating="down", comment=f"canary-{owner}-comment-")
    PendingAction.objects.create(
        conversation=conversation,
        answer=answer,
        customer=customer,
        kind="open_ticket",
        arguments={"text": f"canary-{owner}-action-"},
        title="Open a ticket",
        summary=f"canary-{owner}-action-",
        expires_at=timezone.now() + timedelta(minutes=10),
    )
    Conversation.objects.filter(pk=conversation.pk).update(summary=f"canary-{owner}-summary-")
    attachment(conversation)


def answered(owner: str) -> Answer:
    return Answer(text=f"canary-{owner}-answered-", trace={"query": f"canary-{owner}-traced-"})


def attachment(conversation: Conversation) -> Attachment:
    content = png((80, 60))
    return Attachment.objects.create(
        conversation=conversation,
        file=ContentFile(content, name=f"{conversation.pk}.png"),
        content_type="image/png",
        width=80,
        height=60,
        size=len(content),
    )
