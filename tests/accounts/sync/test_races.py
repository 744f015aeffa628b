"""Two who write at the same time."""

from functools import partial

import pytest

from accounts.models import Customer, Order
from accounts.sync import writing
from accounts.sync.parts import Part
from accounts.sync.rows import CustomerRow
from accounts.sync.tables import CUSTOMERS, Table
from accounts.sync.writing import write
from tests.accounts.sync.programs import ORDER
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ROUNDS = 12


def rows_of(day: int, order: int) -> list[CustomerRow]:
    """The same forty customers, in the other order for the other writer."""
    moment = f"2026-11-{day:02}T00:00:00Z"
    orders = [{"number": "{}", **ORDER, "carrier": str(day), "updated_at": moment}]
    rows = [
        {"external_id": f"{key}", "name": str(day), "updated_at": moment, "orders": [orders[0] | {"number": f"{key}"}]}
        for key in range(40)
    ]
    return [CustomerRow.model_validate(row) for row in rows[::order]]


def write_together(*batches: list[CustomerRow]) -> None:
    at_once(*(partial(write, batch) for batch in batches))


@pytest.mark.parametrize("existing", [True, False], ids=["known", "new"])
def test_the_newer_stays_whoever_comes_last(existing):
    for _ in range(ROUNDS):
        Customer.objects.all().delete()
        if existing:
            write(rows_of(1, 1))

        write_together(rows_of(3, 1), rows_of(2, -1), rows_of(2, 1))

        assert set(Customer.objects.values_list("name", flat=True)) == {"3"}
        assert set(Order.objects.values_list("carrier", flat=True)) == {"3"}
        assert Customer.objects.count() == Order.objects.count() == 40


def test_a_customer_who_is_made_between_two_looks_is_no_other_customer(monkeypatch):
    """Their orders would be taken for somebody else's, and the newer news for wrong."""
    write(rows_of(2, 1))
    load, late = writing.load, [CUSTOMERS]

    def load_later(parts: list[Part], table: Table) -> None:
        if table in late:
            late.remove(table)
        else:
            load(parts, table)

    monkeypatch.setattr(writing, "load", load_later)
    outcomes = write(rows_of(3, 1))

    assert {outcome.result for outcome in outcomes} == {"changed"}
    assert set(Customer.objects.values_list("name", flat=True)) == {"3"}
