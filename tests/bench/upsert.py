"""How many customers a second a program can bring to PostgreSQL as JSON lines, beside a bare ``bulk_create``."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.bench.report import Row

CUSTOMERS = 10_000
GOAL = 2_000
ROUNDS = 2


def measure() -> list[Row]:
    """In a process of its own: which database it is, Django reads once."""
    from tests import servers

    env = {**os.environ, "DATABASE_URL": servers.postgres_url(), "SECRET_KEY": "only-for-the-benchmark"}
    command = [sys.executable, "-m", "tests.bench.upsert"]
    said = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout
    rates: dict[str, float] = json.loads(said)
    bare = rates.pop("bare")
    return [
        Row(
            f"{name} customers, of {CUSTOMERS:,} a time",
            f"{rate:,.0f} a second",
            f"{bare:,.0f} a second (bulk_create)",
            f"{bare / rate:.1f}x slower",
            f">= {GOAL:,}",
            rate >= GOAL,
        )
        for name, rate in rates.items()
    ]


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    rounds = [one_round() for _ in range(ROUNDS)]
    sys.stdout.write(json.dumps({name: max(each[name] for each in rounds) for name in rounds[0]}))


def one_round() -> dict[str, float]:
    from accounts.models import Customer
    from accounts.sync.batches import write_all
    from accounts.sync.lines import json_lines

    def push(name: str) -> Callable[[], object]:
        lines = as_lines(name)
        return lambda: list(write_all(json_lines(BytesIO(lines))))

    customers = [Customer(external_id=f"b-{number}", **fields(number, "Ada")) for number in range(CUSTOMERS)]
    Customer.objects.all().delete()
    bare = rate(lambda: Customer.objects.bulk_create(customers, batch_size=1000))
    Customer.objects.all().delete()
    return {"bare": bare, "new": rate(push("Ada")), "changed": rate(push("Eve")), "unchanged": rate(push("Eve"))}


def rate(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return CUSTOMERS / (time.perf_counter() - began)


def as_lines(name: str) -> bytes:
    rows = ({"external_id": f"c-{number}", **fields(number, name)} for number in range(CUSTOMERS))
    return "\n".join(map(json.dumps, rows)).encode()


def fields(number: int, name: str) -> dict[str, Any]:
    return {
        "name": f"{name} Lovelace {number}",
        "email": f"ada.{number}@example.com",
        "phone": f"+49 30 90{number:05}",
        "company": "Analytical Engines",
        "locale": "de-DE",
        "time_zone": "Europe/Berlin",
        "attributes": {"tier": "gold", "seats": number},
    }


if __name__ == "__main__":
    main()
