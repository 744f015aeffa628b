"""One row at a time, by where it stands: a customer, or what belongs to one."""

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from pydantic import BaseModel, ValidationError

from accounts.errors import NothingThere, OlderNews
from accounts.models import Customer, Ticket
from accounts.sync import rows, states
from accounts.sync.parts import Result
from accounts.sync.problems import RowRefused, problems
from accounts.sync.tables import COMMENTS, CUSTOMERS, EVENTS, ORDERS, SUBSCRIPTIONS, TICKETS, Table
from accounts.sync.writing import write


@dataclass(frozen=True)
class Kind:
    """``where`` it stands in its customer's row; ``body`` is what is sent of it, ``state`` what is given back."""

    name: str
    where: str
    table: Table
    body: type[BaseModel]
    state: type[BaseModel]


CUSTOMER = Kind("", "", CUSTOMERS, rows.CustomerBody, states.CustomerState)
SUBSCRIPTION = Kind("subscriptions", "subscriptions.0.", SUBSCRIPTIONS, rows.SubscriptionBody, states.SubscriptionState)
ORDER = Kind("orders", "orders.0.", ORDERS, rows.OrderBody, states.OrderState)
TICKET = Kind("tickets", "tickets.0.", TICKETS, rows.TicketBody, states.TicketState)
EVENT = Kind("events", "events.0.", EVENTS, rows.EventBody, states.EventState)
COMMENT = Kind("comments", "tickets.0.comments.0.", COMMENTS, rows.CommentBody, states.CommentState)


@dataclass(frozen=True)
class Place:
    """``key`` is the row's own id, ``ticket`` the number of the ticket that a comment is in."""

    customer: str
    key: str
    ticket: str = ""

    @property
    def is_possible(self) -> bool:
        """No database will look for a null character."""
        return "\x00" not in self.customer + self.key + self.ticket


@transaction.atomic
def put(kind: Kind, place: Place, body: Any) -> tuple[Any, Result]:
    """The row as it is now, and what happened to it.

    ``RowRefused`` by field; ``OlderNews`` if what is here is newer; ``NothingThere`` if there is nothing it could
    belong to.
    """
    if kind is not CUSTOMER and not owner(kind, place).select_for_update(no_key=True):
        raise ownerless(place)
    outcome = write([parsed(kind, place, body)])[0]
    if outcome.fields:
        raise RowRefused({name.removeprefix(kind.where): said for name, said in outcome.fields.items()})
    row = found(kind, place).get()
    if outcome.parts[kind.where] == "older":
        raise OlderNews(row.changed_at)
    return row, outcome.result if kind is CUSTOMER else outcome.parts[kind.where]


def find(kind: Kind, place: Place) -> Any:
    """The row, or None."""
    return found(kind, place).first()


def customer_of(kind: Kind, row: Any) -> int:
    """Whose row it is."""
    if kind is CUSTOMER:
        return int(row.pk)
    return int((row.ticket if kind is COMMENT else row).customer_id)


def remove(kind: Kind, place: Place) -> None:
    """What is not there need not be removed. ``NothingThere`` if there is nobody it could belong to."""
    if not found(CUSTOMER, place).exists():
        raise ownerless(place)
    found(kind, place).delete()


def found(kind: Kind, place: Place) -> models.QuerySet[Any]:
    every: models.Manager[Any] = kind.table.model._default_manager
    if not place.is_possible:
        return every.none()
    if kind is CUSTOMER:
        return every.filter(external_id=place.customer)
    return every.filter(**{f"{kind.table.parent}__in": owner(kind, place), kind.table.key: place.key})


def owner(kind: Kind, place: Place) -> models.QuerySet[Any]:
    if not place.is_possible:
        return Customer.objects.none()
    if kind is COMMENT:
        return Ticket.objects.filter(customer__external_id=place.customer, number=place.ticket)
    return Customer.objects.filter(external_id=place.customer)


def ownerless(place: Place) -> NothingThere:
    """What a row would belong to is not there."""
    has_customer = found(CUSTOMER, place).exists()
    return NothingThere(
        "This customer has no ticket of this number." if has_customer else "There is no customer of this id."
    )


def parsed(kind: Kind, place: Place, body: Any) -> rows.CustomerRow:
    try:
        kind.body.model_validate(body)
        return rows.CustomerRow.model_validate(as_customer(kind, place, body))
    except ValidationError as error:
        fields = {name.removeprefix(kind.where): said for name, said in problems(error).items()}
        raise RowRefused(fields) from error


def as_customer(kind: Kind, place: Place, body: dict[str, Any]) -> dict[str, Any]:
    """Its customer's row, which says nothing else."""
    if kind is CUSTOMER:
        return {**body, "external_id": place.customer}
    inside: dict[str, Any] = {kind.name: [{**body, kind.table.key: place.key}]}
    if kind is COMMENT:
        inside = {"tickets": [{"number": place.ticket, **inside}]}
    return {"external_id": place.customer, **inside}
