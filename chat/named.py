"""What a question names of the customer's record that is not in it unasked: an older order, a ticket of last year.

A model has tools for that; quotes have only this. What nobody may know reads the same as what is not there.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from accounts.records import AccountFact, CustomerRecord, TicketFact
from accounts.selectors import last_tickets, order_of, ticket_of
from chat.records import Question

# "BR-10389", "T-77", "#1044", "200145".
NUMBER = re.compile(r"(?<![\w.-])#?([a-z]{1,6}-\d{1,12}|\d{4,12})(?![\w-]|\.\d)", re.IGNORECASE)
# In the four languages that questions are understood in.
THING = re.compile(
    r"\b(orders?|tickets?|parcel|package|bestellung|sendung|commande|colis|pedido|paquete)\b", re.IGNORECASE
)
TICKETS = re.compile(r"\btickets?\b", re.IGNORECASE)
MOST_NUMBERS = 3


def with_named(record: CustomerRecord, question: Question, query: str) -> CustomerRecord:
    """The record with what the ``query`` names of it first. Asks the database only where that is not there yet."""
    if not question.actor.is_verified:
        return record
    numbers = list(dict.fromkeys(number.upper() for number in NUMBER.findall(query)))[:MOST_NUMBERS]
    facts, tickets = list(record.facts), list(record.tickets)
    for number in numbers:
        facts, tickets = _first(number, facts, tickets, question, says_what=bool(THING.search(query)))
    if not numbers and not tickets and TICKETS.search(query):
        facts, tickets = _any_tickets(facts, question)
    return replace(record, facts=tuple(facts), tickets=tuple(tickets))


def _first(
    number: str, facts: list[AccountFact], tickets: list[TicketFact], question: Question, *, says_what: bool
) -> tuple[list[AccountFact], list[TicketFact]]:
    customer_id = question.customer_id or 0
    if ticket := _of(number, tickets) or ticket_of(customer_id, number, question.sees):
        others = [each for each in tickets if each.number != ticket.number]
        return facts, [replace(ticket, asked_for=True), *others]
    if order := _order_in(facts, number) or order_of(customer_id, number, question.sees):
        return [replace(order, asked_for=True), *(each for each in facts if each.title != order.title)], tickets
    if says_what:
        return [_nothing(f"No order or ticket {number} can be seen in your account."), *facts], tickets
    return facts, tickets


def _any_tickets(facts: list[AccountFact], question: Question) -> tuple[list[AccountFact], list[TicketFact]]:
    if found := last_tickets(question.customer_id or 0, question.sees):
        return facts, [replace(ticket, asked_for=True) for ticket in found]
    return [_nothing("No tickets can be seen in your account."), *facts], []


def _of(number: str, tickets: Iterable[TicketFact]) -> TicketFact | None:
    return next((ticket for ticket in tickets if ticket.number.upper() == number), None)


def _order_in(facts: Iterable[AccountFact], number: str) -> AccountFact | None:
    return next((fact for fact in facts if fact.title.upper() == f"ORDER {number}"), None)


def _nothing(text: str) -> AccountFact:
    return AccountFact("Your account", text, timezone.now(), asked_for=True)
