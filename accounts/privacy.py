"""A customer's record as it is handed out to them, and as it is erased. Their chats are ``chat.privacy``'s part."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model, Q
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.models import AuditEntry, Customer, Event, Order, Subscription, Ticket, TicketComment, User

Section = tuple[str, Any]


def customer_by_id(external_id: str) -> Customer | None:
    """Deactivated or not: what is kept about somebody does not depend on that."""
    if "\0" in external_id:  # which PostgreSQL refuses to look for
        return None
    return Customer.objects.filter(external_id=external_id).first()


def pseudonym(external_id: str) -> str:
    """Stands for a customer where nothing may name them. Who knows their id, and our key, can tell that it is them."""
    return salted_hmac("accounts.privacy", external_id, algorithm="sha256").hexdigest()


def record_of(customer: Customer) -> Iterator[Section]:
    """All that is kept of the record by name, private notes too. Long lists are iterators, read as they are used."""
    yield "customer", fields_of(customer)
    for name in ("subscriptions", "orders", "events"):
        rows = getattr(customer, name).order_by("pk").iterator()
        yield name, (fields_of(row) for row in rows)
    tickets = customer.tickets.order_by("pk").select_related("assignee").prefetch_related("comments")
    yield "tickets", (ticket_data(ticket) for ticket in tickets.iterator(chunk_size=100))
    yield "audit_log", (entry_data(entry) for entry in entries_about(customer).iterator())


def fields_of(row: Model, but: Collection[str] = ()) -> dict[str, Any]:
    """Every column that holds something of its own: one that is added later is not forgotten."""
    columns = [column for column in row._meta.concrete_fields if not (column.primary_key or column.is_relation)]
    return {column.name: getattr(row, column.name) for column in columns if column.name not in but}


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    return {
        **fields_of(ticket),
        "assignee": ticket.assignee.public_name if ticket.assignee else None,
        "comments": [fields_of(comment) for comment in ticket.comments.all()],
    }


def entries_about(customer: Customer) -> Any:
    theirs = Q(customer=customer) | Q(customer_external_id=customer.external_id)
    return AuditEntry.objects.filter(theirs).select_related("user").order_by("at", "pk")


def entry_data(entry: AuditEntry) -> dict[str, Any]:
    """Not where the member of staff was, nor how they sign in: that is theirs."""
    fields = fields_of(entry, but=["ip", "customer_external_id"])
    if entry.actor == AuditEntry.Actor.STAFF:
        fields["label"] = (entry.user or User()).public_name
    return fields


# --- Erasing -------------------------------------------------------------------------------

# Shorter ones are in texts that mean something else.
SHORTEST_ID, FEWEST_DIGITS = 5, 7
# What customers may have a great many of goes before they do.
NUMEROUS = (TicketComment, Ticket, Event, Order, Subscription)


def words_of(customer: Customer) -> dict[str, list[str]]:
    """By what they are: how texts would name this customer. A name alone may be anybody's."""
    digits = re.sub(r"\D", "", customer.phone)
    phone = [customer.phone, f"+{digits}", digits] if len(digits) >= FEWEST_DIGITS else []
    return {
        "e-mail address": [customer.email] if customer.email else [],
        "phone number": list(dict.fromkeys(phone)),
        "customer’s id": [customer.external_id] if len(customer.external_id) >= SHORTEST_ID else [],
    }


def delete_some(customer: Customer, most: int) -> Counter[str]:
    """At most so many rows of the record, counted by their models. None when only the customer is left."""
    for model in NUMEROUS:
        owner = "ticket__customer" if model is TicketComment else "customer"
        rows = model._default_manager.filter(**{owner: customer}).order_by("pk").values_list("pk", flat=True)
        if batch := list(rows[:most]):
            return Counter(model._default_manager.filter(pk__in=batch).delete()[1])
    return Counter()


def forget(customer: Customer) -> Counter[str]:
    """The customer and whatever is left of the record; their entries in the audit log stay and name nobody."""
    entries = audit.forget_customer(customer.pk, customer.external_id)
    return Counter(customer.delete()[1]) + Counter({AuditEntry._meta.label: entries})
