"""Customers whose every text holds a word of its own, whatever fields the models have by now, and who may read which.

Their amounts and days are their own, too, and are known by how they are written.

A new field is kept back until it is on the list.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import models
from django.utils import timezone

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.wording import date, money

TOLD = {
    "subscription.plan",
    "subscription.price_minor",
    "subscription.seats",
    "subscription.started_at",
    "subscription.renews_at",
    "order.number",
    "order.items.name",
    "order.total_minor",
    "order.refunded_minor",
    "order.placed_at",
    "order.carrier",
    "order.tracking",
    "ticket.number",
    "ticket.subject",
    "public.author",
    "public.text",
    "event.kind",
}
# And what a widget may let it see besides.
TELLABLE = TOLD | {
    "customer.external_id",
    "customer.name",
    "customer.email",
    "customer.phone",
    "customer.company",
    "customer.time_zone",
    "customer.attributes.note",
    "ticket.category",
    "event.text",
}
# On the customer's own screen, and in no prompt.
SHOWN = {"customer.name"}
# Not told unasked, but a tool may look it up: the ticket from before.
LOOKED_UP = {"old.number", "old.subject"}
IN_JSON = {
    "attributes": lambda word: {"note": word("note"), word("key"): 1},
    "items": lambda word: [{"name": word("name"), "quantity": 1, "price_minor": 1, "sku": word("sku")}],
}


def euros(minor: int) -> str:
    return money(minor, "EUR")


# As answers and prompts write them.
NUMBERS: dict[type[models.Model], dict[str, Callable[[Any], str]]] = {
    Subscription: {"price_minor": euros, "seats": "{} seats".format, "started_at": date, "renews_at": date},
    Order: {"total_minor": euros, "refunded_minor": euros, "placed_at": date},
}


def canaries(model: type[models.Model], owner: str, name: str = "") -> dict[str, Any]:
    """A word for every text that has room for one: ``canary-owner-model.field-``."""
    name = name or model.__name__.lower()
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        word = f"canary-{owner}-{name}.{field.name}-"
        if isinstance(field, models.JSONField):
            values[field.name] = IN_JSON[field.name](lambda part, word=word: f"{word[:-1]}.{part}-")
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            has_room = not field.max_length or len(word) <= field.max_length
            values[field.name] = word if has_room else "x" * (field.max_length or 1)
    return {**values, **({"currency": "EUR"} if "currency" in values else {})}


def numbers(model: type[models.Model], owner: str) -> dict[str, Any]:
    """An amount or a day for each number and date that is told. All days are to come: a plan renews on its own."""
    values: dict[str, Any] = {}
    for name in NUMBERS[model]:
        number = crc32(f"{owner}-{name}".encode()) % 900_000 + 100_000
        is_day = name.endswith("_at")
        values[name] = datetime(2100, 1, 1, 12, tzinfo=UTC) + timedelta(days=number % 9_000) if is_day else number
    if "refunded_minor" in values:  # never more than the whole
        values["total_minor"] += 1_000_000
    return values


def customer_of_canaries(owner: str) -> Customer:
    now = timezone.now()
    made = Customer.objects.create(**canaries(Customer, owner))
    Subscription.objects.create(
        customer=made,
        status="active",
        interval="month",
        **numbers(Subscription, owner),
        **canaries(Subscription, owner),
    )
    Order.objects.create(customer=made, status="shipped", **numbers(Order, owner), **canaries(Order, owner))
    Event.objects.create(customer=made, at=now, **canaries(Event, owner))
    ticket = Ticket.objects.create(customer=made, **canaries(Ticket, owner))
    old = {**canaries(Ticket, owner, "old"), "updated_at": now - timedelta(days=31)}
    Ticket.objects.create(customer=made, **old)
    for name in ("public", "private"):
        fields = canaries(TicketComment, owner, name)
        TicketComment.objects.create(ticket=ticket, kind="agent", is_public=name == "public", **fields)
    return made


def found(owner: str, text: str) -> set[str]:
    """The fields of this customer that ``text`` gives away."""
    words = {part.partition("-")[0] for part in text.split(f"canary-{owner}-")[1:]}
    return words | {name for name, written in written_numbers(owner) if written in text}


def written_numbers(owner: str) -> Iterator[tuple[str, str]]:
    for model, written in NUMBERS.items():
        for name, value in numbers(model, owner).items():
            yield f"{model.__name__.lower()}.{name}", written[name](value)
