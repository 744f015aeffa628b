"""Of a customer's record a model is told what is on a list, and of anybody else's nothing.

Every text of every row holds a word of its own, whatever fields the models have by now: a new one is kept back
until it is on the list.
"""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import models
from django.utils import timezone

from accounts.models import Customer, Order, Subscription, Ticket, TicketComment
from chat.answering import answer_question
from chat.records import Question

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ASKED = "What about my plan, my orders and my ticket? How long does a refund take?"
TOLD = {
    "subscription.plan",
    "order.number",
    "order.items.name",
    "order.carrier",
    "order.tracking",
    "ticket.number",
    "ticket.subject",
    "public.author",
    "public.text",
}
# On the customer's own screen, and in no prompt.
SHOWN = {"customer.name"}
IN_JSON = {
    "attributes": lambda word: {"note": word("note"), word("key"): 1},
    "items": lambda word: [{"name": word("name"), "quantity": 1, "price_minor": 1, "sku": word("sku")}],
}


def canaries(model: type[models.Model], owner: str, name: str = "") -> dict[str, Any]:
    """A word for every text: ``canary-owner-model.field-``."""
    name = name or model.__name__.lower()
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        word = f"canary-{owner}-{name}.{field.name}-"
        if isinstance(field, models.JSONField):
            values[field.name] = IN_JSON[field.name](lambda part, word=word: f"{word[:-1]}.{part}-")
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            values[field.name] = word[: field.max_length]
    return {**values, **({"currency": "EUR"} if "currency" in values else {})}


def customer_of_canaries(owner: str) -> Customer:
    now = timezone.now()
    made = Customer.objects.create(**canaries(Customer, owner))
    Subscription.objects.create(
        customer=made, status="active", price_minor=1, interval="month", started_at=now, **canaries(Subscription, owner)
    )
    Order.objects.create(customer=made, total_minor=1, status="shipped", placed_at=now, **canaries(Order, owner))
    ticket = Ticket.objects.create(customer=made, **canaries(Ticket, owner))
    old = {**canaries(Ticket, owner, "old"), "updated_at": now - timedelta(days=31)}
    Ticket.objects.create(customer=made, **old)
    for name in ("public", "private"):
        fields = canaries(TicketComment, owner, name)
        TicketComment.objects.create(ticket=ticket, kind="agent", is_public=name == "public", **fields)
    return made


def asked_of(model, customer: Customer | None) -> Any:
    async def ignore(event: object) -> None:
        pass

    question = Question(ASKED, "Help", None, customer_id=customer.pk if customer else None)
    async_to_sync(answer_question)(question, ignore)
    return model.requests[-1]


def found(owner: str, text: str) -> set[str]:
    return {part.partition("-")[0] for part in text.split(f"canary-{owner}-")[1:]}


@pytest.fixture
def ada(widget) -> Customer:
    return customer_of_canaries("ada")


@pytest.fixture
def bob(widget) -> Customer:
    return customer_of_canaries("bob")


def test_a_model_is_told_what_is_on_the_list_and_nothing_else(model, ada):
    request = asked_of(model, ada)

    assert found("ada", str(request.messages)) == TOLD
    assert found("ada", str(request)) == TOLD | SHOWN


def test_two_customers_never_meet_in_one_request(model, ada, bob):
    of_ada, of_bob = asked_of(model, ada), asked_of(model, bob)

    assert found("bob", str(of_ada)) == found("ada", str(of_bob)) == set()
    assert found("bob", str(of_bob.messages)) == TOLD


def test_nobody_is_told_of_anybody(model, ada, bob):
    request = asked_of(model, None)

    assert found("ada", str(request)) | found("bob", str(request)) == set()
