"""What it takes to read a customer's record for one question, among a hundred thousand customers in SQLite."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

import numpy as np
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.selectors import customer_record
from knowledge.batches import batches
from tests.bench.report import Row

CUSTOMERS = 100_000
ORDERS_EACH = 5
TICKETS_EACH = 10
# Of each customer's tickets, the newest have something written in them.
DISCUSSED_EACH = 2
COMMENTS_EACH = 2
EVENTS_EACH = 8
SAMPLE = 500
BATCH = 10_000
GOAL_MS = 8.0
MOST_QUERIES = 5
TEXT = "We sent you another cable, which should be with you on Thursday. Please tell us whether the reader connects."


def measure() -> list[Row]:
    sample = random.Random(5).sample(range(1, CUSTOMERS + 1), SAMPLE)
    began = perf_counter()
    fill(timezone.now(), sample)
    filled = perf_counter() - began
    opened, first, again = opening(), timed(sample), timed(sample)
    sent = [queries_of(pk) for pk in sample]
    bare, most = median(of_bare(sent)), max(map(len, sent))
    size = f"{CUSTOMERS:,} customers, {Order.objects.count():,} orders, {Ticket.objects.count():,} tickets"
    return [
        Row(size, f"made in {filled:.0f} s"),
        Row("the first record of a new connection", f"{opened:.1f} ms"),
        Row("a record nobody asked for yet, median", *against_goal(first, bare)),
        Row("  p95", f"{np.percentile(first, 95):.1f} ms"),
        Row("the same again, median", *against_goal(again, bare)),
        Row("  p95", f"{np.percentile(again, 95):.1f} ms"),
        Row("queries, at most", str(most), goal=f"<= {MOST_QUERIES}", met=most <= MOST_QUERIES),
    ]


def median(taken: list[float]) -> float:
    return float(np.median(taken))


def against_goal(taken: list[float], bare: float) -> tuple[str, str, str, str, bool]:
    ours = median(taken)
    ratio = f"{ours / bare:.1f}x slower"
    return f"{ours:.1f} ms", f"{bare:.2f} ms (its SQL alone)", ratio, f"< {GOAL_MS:g} ms", ours < GOAL_MS


def opening() -> float:
    """With SQLite's own cache empty."""
    connection.close()
    return timed([CUSTOMERS])[0]


def timed(customers: Iterable[int]) -> list[float]:
    return [milliseconds(partial(customer_record, pk)) for pk in customers]


def queries_of(customer: int) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        record = customer_record(customer)
    assert record.tickets
    assert record.facts
    return [query["sql"] for query in queries]


def of_bare(sent: list[list[str]]) -> list[float]:
    """The same queries without what makes them and reads what they find."""

    def ask(queries: list[str]) -> None:
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                cursor.fetchall()

    return [milliseconds(partial(ask, queries)) for queries in sent]


def milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


# --- As many rows as a company of that size has ----------------------------------------------


def fill(now: datetime, sample: Iterable[int]) -> None:
    """One row of each kind for each customer, and then copies of those: so no customer's rows lie side by side."""
    numbers = range(1, CUSTOMERS + 1)
    makers: list[Callable[[int, datetime], models.Model]] = [customer, subscription, order, ticket, comment]
    for make in makers:
        for several in batches(numbers, BATCH):
            rows = [make(number, now) for number in several]
            type(rows[0])._default_manager.bulk_create(rows)
    copy(Order, ORDERS_EACH, number="'{turn}-' || number", placed_at=earlier("placed_at", days=60))
    copy(Ticket, TICKETS_EACH, number="'{turn}-' || number", updated_at=earlier("updated_at", days=3))
    copy(TicketComment, DISCUSSED_EACH, ticket_id=f"ticket_id + {{turn}} * {CUSTOMERS}")
    copy(TicketComment, COMMENTS_EACH, external_id="'{turn}-' || external_id")
    Event.objects.bulk_create(event(number, turn, now) for number in sample for turn in range(EVENTS_EACH))


def copy(model: type[models.Model], times: int, **changed: str) -> None:
    """So that there are ``times`` as many, with these columns changed. The keys go on in the same order."""
    columns = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(changed.get(column, column) for column in columns)
    table, last = model._meta.db_table, model._default_manager.count()
    with connection.cursor() as cursor:
        for turn in range(1, times):
            cursor.execute(
                f"INSERT INTO {table} (id, {', '.join(columns)})"
                f" SELECT id + {turn * last}, {values.format(turn=turn)} FROM {table} WHERE id <= {last}"
            )


def earlier(column: str, days: int) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || ({days} * {{turn}}) || ' days')"


def customer(number: int, now: datetime) -> Customer:
    return Customer(
        pk=number,
        external_id=f"cus_{number}",
        name=f"Ada Lovelace {number}",
        email=f"ada.{number}@example.com",
        time_zone="Europe/Berlin",
        attributes={"tier": "gold", "locations": 3},
    )


def subscription(number: int, now: datetime) -> Subscription:
    return Subscription(
        pk=number,
        customer_id=number,
        plan="Team",
        status="active",
        price_minor=2900,
        currency="EUR",
        interval="month",
        started_at=now - timedelta(days=number % 900),
        renews_at=now + timedelta(days=number % 30),
    )


def order(number: int, now: datetime) -> Order:
    return Order(
        pk=number,
        customer_id=number,
        number=f"BR-{number}",
        items=[{"name": "Reader", "quantity": 2, "price_minor": 5900}],
        total_minor=11_800,
        currency="EUR",
        status="shipped",
        carrier="DHL",
        tracking=f"JD{number:012}",
        placed_at=now - timedelta(hours=number % 24),
    )


def ticket(number: int, now: datetime) -> Ticket:
    at = now - timedelta(hours=number % 24)
    subject = "The reader does not connect"
    return Ticket(pk=number, customer_id=number, number=f"T-{number}", subject=subject, created_at=at, updated_at=at)


def comment(number: int, now: datetime) -> TicketComment:
    return TicketComment(pk=number, ticket_id=number, author="Ines", kind="agent", is_public=True, text=TEXT)


def event(number: int, turn: int, now: datetime) -> Event:
    return Event(customer_id=number, external_id=str(turn), kind="signed_in", at=now - timedelta(days=turn))
