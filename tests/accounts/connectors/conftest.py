"""A billing system on this machine, and a connector to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts import actors
from accounts.connectors.asking import lookups
from accounts.connectors.base import Lookup
from accounts.connectors.live import Looked, look_up
from accounts.models import Connector, Customer
from tests import factories
from tests.knowledge.sources.website import Website, website

INVOICE = '{"next": {"amount": 2900, "currency": "eur", "due": "2026-12-04T09:00:00Z"}, "card": "Visa 4242"}'


@pytest.fixture
def billing(settings) -> Iterator[Website]:
    settings.FETCH_PRIVATE_HOSTS = frozenset(["127.0.0.1"])
    with website() as site:
        site["/v1/cus_1"] = (200, {"Content-Type": "application/json"}, INVOICE.encode())
        yield site


@pytest.fixture
def ada() -> Customer:
    return factories.customer(external_id="cus_1", name="Ada", email="ada@example.com")


@pytest.fixture
def connector(billing) -> Connector:
    made = Connector.objects.create(
        name="billing",
        title="Billing",
        about="next invoice, payment, amount due",
        url=f"{billing.url}/v1/{{external_id}}",
        headers="Authorization: Bearer secret-of-billing",
        timeout=0.5,
        cache_seconds=0,
    )
    made.facts.create(name="Next invoice", path="$.next.amount", kind="money", currency="$.next.currency")
    made.facts.create(name="Due", path="$.next.due", kind="date")
    return made


def lookup_of(customer: Customer, **changed: Any) -> Lookup:
    if changed:
        for connector in Connector.objects.all():
            for name, value in changed.items():
                setattr(connector, name, value)
            connector.save()
    (found,) = lookups(actors.customer(customer.pk, factories.actor(customer).proof), ["billing"])
    return found


def looked_up(customer: Customer, **changed: Any) -> Looked:
    return look_up(lookup_of(customer, **changed))
