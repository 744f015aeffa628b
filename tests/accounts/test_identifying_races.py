"""Tokens of one customer at the same time, and news of them from a program."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from accounts.claims import profile_of
from accounts.identifying import customer_of
from accounts.identity import Identity
from accounts.models import Customer
from accounts.sync.rows import CustomerRow
from accounts.sync.writing import write
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ROUNDS = 15
NOW = datetime.now(UTC).replace(microsecond=0)


def identify(name: str, ago: int) -> None:
    """By a token that was issued this many seconds ago."""
    issued = NOW - timedelta(seconds=ago)
    customer_of(Identity("cus_1", issued, issued + timedelta(minutes=15), profile_of({"name": name}), "k1"))


def push(name: str, ago: int) -> None:
    at = (NOW - timedelta(seconds=ago)).isoformat()
    write([CustomerRow.model_validate({"external_id": "cus_1", "name": name, "updated_at": at})])


@pytest.mark.parametrize("existing", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("newer", [identify, push])
def test_an_older_token_never_undoes_what_is_told_at_the_same_moment(newer, existing):
    for _ in range(ROUNDS):
        Customer.objects.all().delete()
        if existing:
            factories.customer(external_id="cus_1", name="Typed")

        at_once(partial(newer, "newer", ago=10), *[partial(identify, "older", ago=60)] * 2)

        assert Customer.objects.get().name == "newer"
