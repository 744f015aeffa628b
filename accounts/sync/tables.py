"""Where rows are kept: for each kind its model, what tells its rows apart, and what a new one needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.models.mirrored import Mirrored
from accounts.values import check_attributes

Problems = dict[str, str]


def nothing_more(row: Any, changed: bool) -> Problems:
    return {}


@dataclass(frozen=True)
class Table:
    """``settle`` sees to what hangs together in a row that is about to be written, and says what does not fit."""

    model: type[Mirrored]
    key: str
    needs: tuple[str, ...] = ()
    parent: str = ""
    # An order's number is one of a kind in the company, the id of an event only among its customer's.
    within_parent: bool = False
    settle: Callable[[Any, bool], Problems] = nothing_more

    @property
    def written(self) -> list[str]:
        """All that may change of a row that is there."""
        fixed = {"id", "created_at"} if self.model is Customer else {"id"}
        return [field.name for field in self.model._meta.concrete_fields if field.name not in fixed]


def settle_customer(customer: Customer, changed: bool) -> Problems:
    try:
        check_attributes(customer.attributes)
    except ValueError as error:
        return {"attributes": f"With those that are there already: {error}"}
    return {}


def settle_subscription(subscription: Subscription, changed: bool) -> Problems:
    started, renews = subscription.started_at, subscription.renews_at
    if renews and renews < started:
        return {
            "renews_at": f"It cannot renew before its started_at, which is {started:%Y-%m-%dT%H:%M:%SZ}. "
            "Send the next time, or null if it does not renew."
        }
    return {}


def settle_order(order: Order, changed: bool) -> Problems:
    if order.refunded_minor > order.total_minor:
        return {"refunded_minor": f"Not more than the total can be refunded, which is {order.total_minor}."}
    return {}


def settle_ticket(ticket: Ticket, changed: bool) -> Problems:
    """It moved when its own system says so. Where that says nothing: when it was opened, and now if it changed."""
    if ticket.changed_at:
        ticket.updated_at = ticket.changed_at
    elif changed:
        ticket.updated_at = timezone.now() if ticket.pk else ticket.created_at
    return {}


CUSTOMERS = Table(Customer, "external_id", settle=settle_customer)
SUBSCRIPTIONS = Table(
    Subscription,
    "external_id",
    needs=("plan", "status", "price_minor", "currency", "interval", "started_at"),
    parent="customer",
    within_parent=True,
    settle=settle_subscription,
)
ORDERS = Table(
    Order, "number", needs=("total_minor", "currency", "status", "placed_at"), parent="customer", settle=settle_order
)
TICKETS = Table(Ticket, "number", needs=("subject",), parent="customer", settle=settle_ticket)
EVENTS = Table(Event, "external_id", needs=("kind", "at"), parent="customer", within_parent=True)
COMMENTS = Table(TicketComment, "external_id", needs=("kind", "text"), parent="ticket", within_parent=True)

# Whoever writes locks in this order, and in each table by id: so nobody waits for somebody who waits for them.
TABLES = (CUSTOMERS, SUBSCRIPTIONS, ORDERS, TICKETS, EVENTS, COMMENTS)
INSIDE = {
    CUSTOMERS: {"subscriptions": SUBSCRIPTIONS, "orders": ORDERS, "tickets": TICKETS, "events": EVENTS},
    TICKETS: {"comments": COMMENTS},
}
