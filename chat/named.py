"""What a question names of the customer's record that is not in it unasked: an older order, a ticket of last year.

A model has tools for that; quotes have only this. What is somebody else's reads the same as what is not there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone

from accounts.records import AccountFact, CustomerRecord, TicketFact
from accounts.selectors import last_tickets, order_of, ticket_of
from chat.evidence import HOW_TO
from chat.records import Question, RecordItem

# In the four languages that questions are understood in.
ORDER = r"orders?|parcel|package|bestellung|sendung|commande|colis|pedido|paquete"
THING = rf"(?P<thing>{ORDER}|tickets?)\s+(?:(?:number|no|nr|nummer|numéro|número)\b\.?\s*)?"
# "BR-10389" says by itself what it is, "1044" only behind a "#" or the word for it.
MARKED = r"#\d{2,12}|[a-z]{1,6}[-_]\d{1,12}"
AFTER = r"(?![\w/-]|[.,]\d)"
NUMBER = re.compile(rf"(?:\b{THING})?(?<![\w./-])(?P<number>{MARKED}|(?(thing)\d{{2,12}}|(?!))){AFTER}", re.IGNORECASE)
# Behind a bare number a sentence is over: "order 5000 labels" is no order's.
ENDS = re.compile(r"\s*(?:[?.!,;:)]|$|(?:and|or|und|oder|et|ou|y|o)\b)", re.IGNORECASE)
OWN_TICKETS = re.compile(
    r"\b(?:my|our|meine?[mnrs]?|unsere?[mnrs]?|mon|mes|notre|nos|mis?|nuestr[oa]s?)\s+(?:\w+\s+){0,2}tickets?\b"
    r"|\b(?:do|did) (?:i|we) have (?!to\b)(?:\w+\s+){0,3}tickets?\b",
    re.IGNORECASE,
)
MOST_NUMBERS = 3
ACCOUNT = "Your account"


def with_named(record: CustomerRecord, question: Question, query: str) -> CustomerRecord:
    """The record with what the ``query`` names of it first. Asks the database only for that.

    That something is not there is said of what the customer names now, and not of what was said before.
    """
    if not question.actor.is_verified:
        return record
    found: list[RecordItem] = []
    for match in list(NUMBER.finditer(query))[:MOST_NUMBERS]:
        here = list(_of_number(match, question))
        if not here and _is_named(match, query) and match["number"] in question.text:
            here = [_nothing(f"No order or ticket {match['number']} can be seen in your account.")]
        found += here
    if not found and not record.tickets and OWN_TICKETS.search(query) and not HOW_TO.search(query):
        found = list(_tickets(question))
    return _first(found, record)


def _of_number(match: re.Match[str], question: Question) -> Iterator[RecordItem]:
    """An order and a ticket may have the same number: then the word for it tells."""
    customer_id, thing = question.customer_id or 0, (match["thing"] or "").lower()
    bare = match["number"].removeprefix("#")
    for number in (bare, f"#{bare}"):
        order = order_of(customer_id, number, question.sees) if _is_shown("order", question) else None
        ticket = ticket_of(customer_id, number, question.sees) if _is_shown("ticket", question) else None
        if order and not (ticket and thing.startswith("ticket")):
            yield order
        if ticket and not (order and re.fullmatch(ORDER, thing)):
            yield ticket


def _is_shown(kind: str, question: Question) -> bool:
    """Whether its number is: what has none that may be told is not looked for by it."""
    return question.sees.level(f"{kind}.number") == "shown"


def _is_named(match: re.Match[str], query: str) -> bool:
    """Whether it can be nothing else than the number of an order or a ticket."""
    is_marked = not match["number"].isdigit()
    return bool(match["thing"]) and (is_marked or bool(ENDS.match(query, match.end())))


def _tickets(question: Question) -> Iterator[RecordItem]:
    found = last_tickets(question.customer_id or 0, question.sees)
    yield from found or [_nothing("No tickets can be seen in your account.")]


def _first(found: list[RecordItem], record: CustomerRecord) -> CustomerRecord:
    facts = [replace(item, asked_for=True) for item in found if isinstance(item, AccountFact)]
    tickets = [replace(item, asked_for=True) for item in found if isinstance(item, TicketFact)]
    titles, numbers = {each.title for each in facts} - {ACCOUNT}, {each.number for each in tickets}
    return replace(
        record,
        facts=(*facts, *(each for each in record.facts if each.title not in titles)),
        tickets=(*tickets, *(each for each in record.tickets if each.number not in numbers)),
    )


def _nothing(text: str) -> AccountFact:
    return AccountFact(ACCOUNT, text, timezone.now())
