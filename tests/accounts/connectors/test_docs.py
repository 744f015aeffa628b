"""The connectors of the documentation are made in the admin as they stand there, and read what such systems answer."""

import json
from urllib.parse import urlsplit

import pytest

from accounts.admin.connector_forms import ConnectorForm, FactForm
from accounts.connectors.asking import lookups
from accounts.connectors.live import Looked, look_up
from accounts.models import Connector, ConnectorFact, Customer
from tests import factories
from tests.accounts.readme import examples
from tests.knowledge.sources.website import Website

pytestmark = pytest.mark.django_db

STRIPE_ID = "cus_NffrFeUfNV2Hib"
# As Stripe answers to /v1/invoices/upcoming, with fewer fields.
STRIPE = {
    "object": "invoice",
    "amount_due": 2900,
    "currency": "eur",
    "customer": STRIPE_ID,
    "next_payment_attempt": 1797768000,
    "lines": {"object": "list", "data": [{"object": "line_item", "description": "1 × Team (at €29.00 / month)"}]},
}
CRM = {
    "data": {
        "customer": {
            "manager": {"name": "Ines Carvalho"},
            "contract": {"endsOn": "2027-02-28", "value": 474000, "currency": "EUR"},
            "openRequests": 2,
        }
    }
}


def made(name: str) -> Connector:
    (written,) = (each for each in map(json.loads, examples("Connectors", "json")) if each["name"] == name)
    facts = written.pop("facts")
    written |= {
        "body": json.dumps(written["body"]) if "body" in written else "",
        "new_headers": "\n".join(written.pop("headers")),
    }
    form = ConnectorForm({"kind": "http", "is_active": "on", **defaults(), **written})
    assert form.is_valid(), form.errors
    connector: Connector = form.save()
    for fact in facts:
        inline = FactForm({"currency": "", **fact}, instance=ConnectorFact(connector=connector))
        assert inline.is_valid(), inline.errors
        inline.save()
    return connector


def defaults() -> dict[str, object]:
    """What the form of a new connector has in it already."""
    return {name: getattr(Connector(), name) for name in ("timeout", "most_bytes", "cache_seconds")}


def asked(connector: Connector, customer: Customer, system: Website, answer: object) -> Looked:
    """With the company's own system in the place of the real one."""
    address = urlsplit(connector.url)
    connector.url = connector.url.replace(f"{address.scheme}://{address.netloc}", system.url)
    connector.save()
    path = connector.url.removeprefix(system.url).replace("{attributes.stripe_id}", STRIPE_ID)
    system[path] = (200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
    (lookup,) = lookups(factories.actor(customer), [connector.name])
    return look_up(lookup)


def test_stripes_next_invoice(billing, ada):
    ada.attributes = {"stripe_id": STRIPE_ID}
    ada.save()

    looked = asked(made("billing"), ada, billing, STRIPE)

    assert looked.status == "live", looked.reason
    assert looked.fact.text == (
        "Next invoice: €29.00. It is charged on: 20 December 2026. For: 1 × Team (at €29.00 / month)."
    )
    assert billing.requests == [f"/v1/invoices/upcoming?customer={STRIPE_ID}"]
    assert billing.headers[0]["Authorization"] == "Bearer sk_..."


def test_a_customer_without_the_id_is_not_asked_for(billing, ada):
    looked = asked(made("billing"), ada, billing, STRIPE)

    assert (looked.status, looked.reason) == ("failed", "This customer has no attributes.stripe_id.")
    assert billing.requests == []


def test_a_system_that_is_asked_with_a_body(billing, ada):
    looked = asked(made("contract"), ada, billing, CRM)

    assert looked.status == "live", looked.reason
    assert looked.fact.text == (
        "Your account manager: Ines Carvalho. The contract ends on: 28 February 2027. Its value: €4,740.00. "
        "Open requests: 2."
    )
    sent = json.loads(billing.bodies[0])
    assert sent["variables"] == {"id": "cus_1"}
    assert sent["query"].startswith("query ($id: ID!) { customer(id: $id) { manager { name }")
    assert billing.headers[0]["Content-Type"] == "application/json"
