"""A system is asked over real HTTP, whatever it does."""

import gzip
import time

import pytest
from django.core.cache import cache

from accounts import actors
from accounts.actors import VISITOR
from accounts.connectors import live
from accounts.connectors.asking import lookups
from accounts.models import Connector
from tests import factories
from tests.accounts.connectors.conftest import INVOICE, looked_up, lookup_of
from tests.knowledge.sources.website import redirect

pytestmark = pytest.mark.django_db


def slowly(handler):
    time.sleep(2)


def dripping(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.2)


def hanging_up(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"next"')
    handler.close_connection = True


def test_what_it_says_becomes_a_fact_as_of_now(connector, ada):
    looked = looked_up(ada)

    assert looked.status == "live"
    assert looked.fact.text == "Next invoice: €29.00. Due: 4 December 2026."
    assert looked.fact.origin == looked.fact.title == "Billing"
    assert (time.time() - looked.fact.as_of.timestamp()) < 5


def test_it_is_asked_for_the_verified_customer_with_its_key(connector, ada, billing):
    looked_up(ada)

    assert billing.requests == ["/v1/cus_1"]
    assert billing.headers[0]["Authorization"] == "Bearer secret-of-billing"


def test_nobody_is_asked_about_for_anybody_who_proved_nothing(connector, ada):
    ada.is_active = False
    ada.save()

    assert lookups(VISITOR, ["billing"]) == lookups(factories.actor(ada), ["billing"]) == ()
    assert lookups(actors.customer(ada.pk, None), ["billing"]) == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}, b"oh no"), "answered with the error 500"),
        ((404, {}, b""), "answered with the error 404"),
        ((200, {}, b"<html>Sign in</html>"), "no JSON"),
        ((200, {}, b"[" * 50_000), "no JSON"),
        ((200, {}, b'{"a":"' + b"x" * 70_000 + b'"}'), "larger"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 10_000_000)), "larger"),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip"), "damaged"),
        (redirect("http://169.254.169.254/latest/meta-data/"), "leads elsewhere"),
        (slowly, "took longer than 0.5 s"),
        (dripping, "took longer than 0.5 s"),
        (hanging_up, "connection broke"),
    ],
)
def test_a_system_that_fails_is_said_to_have_failed(connector, ada, billing, answer, reason):
    billing["/v1/cus_1"] = answer
    started = time.monotonic()

    looked = looked_up(ada)

    assert looked.status == "failed"
    assert reason in looked.reason
    assert looked.fact.text == "Billing did not answer just now, so what it knows cannot be told."
    assert time.monotonic() - started < 1.5


def test_an_answer_that_breaks_its_reader_is_one_that_did_not_come(connector, ada, monkeypatch):
    monkeypatch.setattr(live, "said", lambda *_: 1 / 0)

    looked = looked_up(ada)

    assert (looked.status, looked.reason) == ("failed", live.UNREADABLE)


def test_a_system_that_is_away_is_said_to_be(connector, ada):
    looked = looked_up(ada, url="http://127.0.0.1:9/{external_id}")

    assert (looked.status, looked.reason) == ("failed", "127.0.0.1 could not be read: no connection could be made.")


def test_what_it_said_before_outlives_its_failure(connector, ada, billing):
    lookup = lookup_of(ada)
    first = looked_up(ada)
    billing["/v1/cus_1"] = (503, {}, b"")

    looked = looked_up(ada)

    assert lookup.key == lookup_of(ada).key
    assert looked.status == "stale"
    assert looked.fact.as_of == first.fact.as_of
    assert looked.fact.text.startswith("Next invoice: €29.00. Due: 4 December 2026. Billing did not answer just now: ")
    assert "this is as of" in looked.fact.text


def test_an_answer_is_good_for_as_long_as_it_says(connector, ada, billing):
    for _ in range(2):
        looked = looked_up(ada)
    assert (billing.asked_for("/v1/cus_1"), looked.status) == (2, "live")

    connector.cache_seconds = 60
    connector.save()
    for _ in range(3):
        looked = looked_up(ada)

    assert (billing.asked_for("/v1/cus_1"), looked.status) == (3, "cached")


def test_what_is_kept_is_one_customers_and_encrypted(connector, ada, billing):
    grace = factories.customer(external_id="cus_2")
    billing["/v1/cus_2"] = INVOICE.replace("2900", "100")
    Connector.objects.update(cache_seconds=60)

    assert "€29.00" in looked_up(ada).fact.text
    assert "€1.00" in looked_up(grace).fact.text
    assert "€29.00" in looked_up(ada).fact.text
    assert "29.00" not in str(cache.get(lookup_of(ada).key))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/{external_id}",
        "http://localhost/{external_id}",
        "http://[::1]/{external_id}",
        "http://2130706433/{external_id}",
        "http://10.0.0.1/{external_id}",
        "ftp://billing.example.com/{external_id}",
    ],
)
def test_nothing_inside_the_network_is_asked(connector, ada, billing, settings, url):
    settings.FETCH_PRIVATE_HOSTS = frozenset()

    assert looked_up(ada, url=url).status == "failed"
    assert billing.requests == []


@pytest.mark.parametrize("own_id", ["..", "a/b", "a\\b", "cus_1\nX: y", "x" * 300])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(connector, ada, billing, own_id):
    ada.external_id = own_id[:200]
    ada.attributes = {"own": own_id}
    ada.save()

    looked = looked_up(ada, url=f"{billing.url}/v1/{{attributes.own}}")

    assert looked.status == "failed"
    assert billing.requests == []


def test_an_id_is_encoded_for_its_place(connector, ada, billing):
    ada.external_id = "a?admin=1&b#c%2e"
    ada.save()

    looked_up(ada)

    assert billing.requests == ["/v1/a%3Fadmin%3D1%26b%23c%252e"]


def test_keys_that_cannot_be_deciphered_spoil_no_other_connector(connector, ada, settings):
    other = Connector.objects.create(name="shop", title="Shop", about="parcels", kind="sample", sample='{"a": "b"}')
    other.facts.create(name="Parcel", path="$.a")
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-anybody"

    found = {each.name: each for each in lookups(factories.actor(ada), ["billing", "shop"])}

    assert "cannot be read" in found["billing"].problem
    assert found["shop"].problem == ""
