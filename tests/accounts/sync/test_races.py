"""Two who write at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Customer, Order
from accounts.sync.rows import CustomerRow
from accounts.sync.writing import write
from tests.accounts.sync.programs import ORDER

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
    start = Barrier(len(batches))

    def one(batch: list[CustomerRow]) -> None:
        try:
            start.wait(10)
            write(batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(batches)) as pool:
        for done in [pool.submit(one, batch) for batch in batches]:
            done.result()


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
