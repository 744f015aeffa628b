"""The demo customers with their subscriptions, orders, tickets and what happened to them lately."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from supportbot.demo.company import moment, with_dates

PLAIN = ("name", "email", "phone", "company", "locale", "time_zone", "attributes")


@transaction.atomic
def load(customers: list[dict[str, Any]], now: datetime) -> None:
    for written in customers:
        defaults = {name: written[name] for name in PLAIN} | {"synced_at": now}
        customer, _ = Customer.objects.update_or_create(external_id=written["external_id"], defaults=defaults)
        if written["subscription"]:
            load_subscription(customer, written["subscription"], now)
        for order in written["orders"]:
            load_order(customer, order, now)
        for ticket in written["tickets"]:
            load_ticket(customer, ticket, now)
        load_events(customer, written["events"], now)


def load_subscription(customer: Customer, written: dict[str, Any], now: datetime) -> None:
    defaults = {name: written[name] for name in ("plan", "status", "seats", "price_minor", "currency", "interval")}
    for name in ("started", "renews", "cancels"):
        defaults[f"{name}_at"] = moment(now, written[name])
    Subscription.objects.update_or_create(customer=customer, defaults=defaults | {"synced_at": now})


def load_order(customer: Customer, written: dict[str, Any], now: datetime) -> None:
    names = ("items", "total_minor", "refunded_minor", "currency", "status", "carrier", "tracking")
    defaults = {name: written[name] for name in names}
    defaults |= {"customer": customer, "placed_at": moment(now, written["placed"]), "synced_at": now}
    Order.objects.update_or_create(number=written["number"], defaults=defaults)


def load_ticket(customer: Customer, written: dict[str, Any], now: datetime) -> None:
    defaults = {name: written[name] for name in ("subject", "status", "priority", "category", "source")}
    for name in ("created", "updated"):
        defaults[f"{name}_at"] = moment(now, written[name])
    defaults |= {"customer": customer, "synced_at": now}
    ticket, _ = Ticket.objects.update_or_create(number=written["number"], defaults=defaults)
    ticket.comments.all().delete()
    TicketComment.objects.bulk_create(
        TicketComment(
            ticket=ticket,
            author=comment["author"],
            kind=comment["kind"],
            text=with_dates(now, comment["text"]),
            is_public=comment["public"],
            created_at=moment(now, comment["at"]) or now,
        )
        for comment in written["comments"]
    )


def load_events(customer: Customer, written: list[dict[str, Any]], now: datetime) -> None:
    customer.events.all().delete()
    Event.objects.bulk_create(
        Event(
            customer=customer,
            kind=event["kind"],
            text=event["text"],
            at=moment(now, event["at"]) or now,
            synced_at=now,
        )
        for event in written
    )
