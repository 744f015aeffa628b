"""Writes of tickets. Secrets are masked before anything is stored, whoever wrote them."""

import secrets

from django.db import transaction
from django.utils import timezone

from accounts.errors import CustomerGone, TicketClosed, TicketNotFound
from accounts.masking import mask_secrets
from accounts.models import Customer, Ticket, TicketComment

SOURCE = "chat"
MAX_SUBJECT = 300
PREFIX = "SB-"
# Crockford's base 32: no letter that a person reading it out could mistake for a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 8


@transaction.atomic
def open_ticket(customer_id: int, *, subject: str, text: str) -> Ticket:
    """A ticket in the customer's name that begins with what they wrote."""
    customer = Customer.objects.filter(pk=customer_id, is_active=True).first()
    if customer is None:
        raise CustomerGone()
    ticket = Ticket.objects.create(
        customer=customer, number=new_number(), subject=mask_secrets(subject)[:MAX_SUBJECT], source=SOURCE
    )
    _add_comment(ticket, customer, text)
    return ticket


@transaction.atomic
def add_comment(customer_id: int, *, number: str, text: str) -> Ticket:
    """The customer's public word on their own ticket, which is open from then on if it was not closed for good."""
    tickets = Ticket.objects.select_for_update(of=["self"]).select_related("customer")
    ticket = tickets.filter(customer=customer_id, customer__is_active=True, number=number).first()
    if ticket is None:
        raise TicketNotFound()
    if ticket.status == Ticket.Status.CLOSED:
        raise TicketClosed()
    _add_comment(ticket, ticket.customer, text)
    ticket.status = Ticket.Status.OPEN
    ticket.updated_at = ticket.synced_at = timezone.now()
    ticket.save(update_fields=["status", "updated_at", "synced_at"])
    return ticket


def new_number() -> str:
    """By chance, so that it tells nobody how many there are, and with a prefix that says who made it."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def _add_comment(ticket: Ticket, customer: Customer, text: str) -> None:
    ticket.comments.create(
        author=customer.name, kind=TicketComment.Kind.CUSTOMER, text=mask_secrets(text), is_public=True
    )
