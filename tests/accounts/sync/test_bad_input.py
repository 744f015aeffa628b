"""What is wrong is refused by its field, by both doors, and nothing of it is written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from tests.accounts.sync.programs import COMMENT, EVENT, ORDER, SUBSCRIPTION, TICKET

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LARGE = {"n": "x" * 1_000_000}


def nested(levels: int) -> dict[str, Any]:
    """So many, of which the object itself is the first."""
    inside: Any = "x"
    for _ in range(levels - 1):
        inside = [inside]
    return {"deep": inside}


CUSTOMER = [
    ("email", "nobody"),
    ("email", "a@b@example.com"),
    ("email", "x" * 250 + "@example.com"),
    ("email", ["a@example.com"]),
    ("phone", "030 901820"),
    ("phone", "+49 1"),
    ("phone", "call me"),
    ("locale", "German"),
    ("locale", "de-DE-x-private-use"),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", "../../etc/passwd"),
    ("name", "x" * 201),
    ("name", 7),
    ("name", {"first": "Ada"}),
    ("company", "x" * 201),
    ("active", "perhaps"),
    ("active", None),
    ("attributes", LARGE),
    ("attributes", []),
    ("attributes", None),
    ("attributes", {f"n{number}": 1 for number in range(101)}),
    ("attributes", {"x" * 101: 1}),
    ("attributes", {"": 1}),
    ("attributes", {"deep": ["x" * 16_000]}),
    ("attributes", nested(21)),
    ("attributes", nested(600)),
    ("updated_at", "1900-01-01T00:00:00Z"),
    ("updated_at", "2999-01-01T00:00:00Z"),
    ("updated_at", "2070-01-01T00:00:00Z"),
    ("updated_at", "yesterday"),
    ("updated_at", "1900"),
    ("updated_at", 1764165900),
    ("updated_at", "0001-01-01T00:00:00+23:59"),
]
# Names of what others may set, or a database would understand.
FORBIDDEN = [
    *("id", "pk", "tenant", "customer", "customer_id", "is_staff", "verified", "role", "is_active", "synced_at"),
    *(
        "changed_at",
        "created_at",
        "_connector",
        "name__startswith",
        "email); DROP TABLE",
        "external_id",
        "orders__total",
    ),
]
MONEY = [-1, 10**15, 10**30, 1.5, "much", None, True, "NaN"]
DATES = ["1900-01-01T00:00:00Z", "2999-01-01", "soon", None, "", 2025]
INSIDE = [
    *(("subscriptions", SUBSCRIPTION, "price_minor", value) for value in MONEY),
    *(("subscriptions", SUBSCRIPTION, "started_at", value) for value in DATES),
    ("subscriptions", SUBSCRIPTION, "seats", -1),
    ("subscriptions", SUBSCRIPTION, "seats", 2**31),
    ("subscriptions", SUBSCRIPTION, "currency", "EURO"),
    ("subscriptions", SUBSCRIPTION, "currency", "XXX"),
    ("subscriptions", SUBSCRIPTION, "status", "lapsed"),
    ("subscriptions", SUBSCRIPTION, "interval", "week"),
    ("subscriptions", SUBSCRIPTION, "plan", ""),
    ("subscriptions", SUBSCRIPTION, "plan", "x" * 101),
    ("subscriptions", SUBSCRIPTION, "renews_at", "2999-01-01"),
    ("subscriptions", SUBSCRIPTION, "renews_at", "2025-12-31"),
    ("subscriptions", SUBSCRIPTION, "cancels_at", "1900-01-01"),
    ("subscriptions", SUBSCRIPTION, "updated_at", "2070-01-01"),
    ("subscriptions", SUBSCRIPTION, "tenant", 1),
    *(("orders", ORDER, "total_minor", value) for value in MONEY),
    ("orders", ORDER, "refunded_minor", -1),
    ("orders", ORDER, "refunded_minor", 11_801),
    ("orders", ORDER, "currency", ""),
    ("orders", ORDER, "placed_at", "1900-01-01"),
    ("orders", ORDER, "items", "two readers"),
    ("orders", ORDER, "items.0.colour", [{"name": "Reader", "colour": "red"}]),
    ("orders", ORDER, "items.0.quantity", [{"name": "Reader", "quantity": -2}]),
    ("orders", ORDER, "items.0.name", [{}]),
    ("orders", ORDER, "tracking", "x" * 101),
    ("orders", ORDER, "updated_at", "2070-01-01"),
    ("tickets", TICKET, "subject", " "),
    ("tickets", TICKET, "subject", "x" * 301),
    ("tickets", TICKET, "status", "reopened"),
    ("tickets", TICKET, "priority", "highest"),
    ("tickets", TICKET, "updated_at", "2999-01-01"),
    ("tickets", TICKET, "updated_at", "2070-01-01"),
    ("tickets", TICKET, "role", "admin"),
    ("tickets", TICKET, "comments.0.kind", [{"external_id": "c", **COMMENT, "kind": "bot"}]),
    ("tickets", TICKET, "comments.0.text", [{"external_id": "c", **COMMENT, "text": "x" * 50_001}]),
    ("tickets", TICKET, "comments.0.external_id", [COMMENT]),
    ("tickets", TICKET, "comments.0.updated_at", [{"external_id": "c", **COMMENT, "updated_at": "2070-01-01"}]),
    ("tickets", TICKET, "comments", [{"external_id": "c", **COMMENT}] * 2),
    ("events", EVENT, "kind", ""),
    ("events", EVENT, "at", "1900-01-01"),
    ("events", EVENT, "at", "2070-01-01"),
    ("events", EVENT, "text", "x" * 501),
    ("events", EVENT, "updated_at", "2070-01-01"),
]


def with_field(body: dict[str, Any], field: str, value: object) -> dict[str, Any]:
    return body | {field.partition(".")[0]: value}


def assert_nothing_is_there(*also: Any) -> None:
    models: tuple[Any, ...] = (Subscription, Order, Ticket, TicketComment, Event, *also)
    for model in models:
        assert not model.objects.exists()


def refused(response) -> list[str]:
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid"
    return list(response.json()["error"]["fields"])


def refused_rows(response) -> list[list[str]]:
    assert response.status_code == 200
    return [list(row["error"]["fields"]) for row in response.json()["rows"]]


@pytest.mark.parametrize(("field", "value"), CUSTOMER)
def test_a_field_of_a_customer(program, field, value):
    assert refused(program.put("42", {"name": "Ada", field: value})) == [field]
    assert refused_rows(program.bulk({"external_id": "42", field: value})) == [[field]]
    assert_nothing_is_there(Customer)


@pytest.mark.parametrize("field", FORBIDDEN)
def test_a_field_that_there_is_not(program, field):
    program.put("42", name="Ada")

    assert refused(program.put("42", {"name": "Eve", field: 1})) == [field]
    assert refused_rows(program.bulk({"external_id": "42", "name": "Eve", f"{field}_": 1})) == [[f"{field}_"]]
    assert Customer.objects.get().name == "Ada"


@pytest.mark.parametrize(("kind", "body", "field", "value"), INSIDE)
def test_a_field_of_what_belongs_to_a_customer(program, kind, body, field, value):
    program.put("42", name="Ada")
    body = with_field(body, field, value)

    assert refused(program.put(f"42/{kind}/1", body)) == [field]
    row = {"number" if kind in ("orders", "tickets") else "external_id": "1", **body}
    assert refused(program.put("42", {"name": "Eve", kind: [row]})) == [f"{kind}.0.{field}"]
    assert refused_rows(program.bulk({"external_id": "42", "name": "Eve", kind: [row]})) == [[f"{kind}.0.{field}"]]
    assert_nothing_is_there()
    assert Customer.objects.get().name == "Ada"


@pytest.mark.parametrize(
    "external_id", ["x" * 201, "a%00b", "%E2%80%8B", "a%E2%80%AEb", "bulk%2F", "%20", "%2042", "42%1D"]
)
def test_an_id_that_is_none(program, external_id):
    response = program.put(external_id, name="Ada")

    assert response.status_code in (400, 404)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "external_id", ["a/b", ".", "..", "bulk", "", " ", " 42", None, [], "a\x00", "a\u200bb", "x" * 201]
)
def test_an_id_that_is_none_in_a_batch(program, external_id):
    assert refused_rows(program.bulk({"external_id": external_id})) == [["external_id"]]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("body", ["{", "null", "[]", '"text"', "1", '{"name": NaN}', "\xff"])
def test_a_body_that_is_no_object(program, body):
    assert program.send("PUT", "/api/v1/customers/42", body).status_code == 400
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("where", "body", "field"),
    [
        ("42", [], "non_field_errors"),
        ("42/orders/1", "text", "non_field_errors"),
        ("42", {"orders": ["BR-1"]}, "orders.0"),
    ],
)
def test_what_should_be_an_object_is_said_so_in_words_of_json(program, where, body, field):
    program.put("42", name="Ada")

    assert program.put(where, body).json()["error"]["fields"] == {field: ["Should be a JSON object."]}


def test_every_field_of_a_wrong_row_is_named_at_once(program):
    assert refused(program.put("42", name=1, email="x", orders=[{"number": "1", "total_minor": -1}])) == [
        *("name", "email", "orders.0.total_minor"),
    ]


def test_a_new_one_says_what_it_needs(program):
    program.put("42", name="Ada")

    assert refused(program.put("42/orders/1", carrier="DHL")) == ["total_minor", "currency", "status", "placed_at"]


def test_a_refund_is_compared_with_the_total_that_is_there(program):
    program.put("42", name="Ada")
    program.put("42/orders/1", ORDER)

    assert refused(program.put("42/orders/1", refunded_minor=11_801)) == ["refunded_minor"]
    assert program.put("42/orders/1", refunded_minor=11_800).status_code == 200
    assert refused(program.put("42/orders/1", total_minor=11_799)) == ["refunded_minor"]


def test_when_a_subscription_renews_is_compared_with_the_start_that_is_there(program):
    program.put("42", name="Ada")
    program.put("42/subscriptions/1", SUBSCRIPTION)

    assert refused(program.put("42/subscriptions/1", renews_at="2025-12-31")) == ["renews_at"]
    assert program.put("42/subscriptions/1", renews_at=SUBSCRIPTION["started_at"]).status_code == 200
    assert refused(program.put("42/subscriptions/1", started_at="2026-01-02")) == ["renews_at"]
    assert program.put("42/subscriptions/1", started_at="2026-01-02", renews_at=None).status_code == 200


def test_an_event_may_be_a_day_ahead_and_no_further(program):
    now = datetime.now(UTC)
    program.put("42", name="Ada")

    assert program.put("42/events/1", EVENT | {"at": (now + timedelta(hours=23)).isoformat()}).status_code == 201
    assert refused(program.put("42/events/2", EVENT | {"at": (now + timedelta(hours=25)).isoformat()})) == ["at"]


def test_attributes_are_counted_with_those_that_are_there(program):
    program.put("42", attributes={f"a{number}": 1 for number in range(60)})

    assert refused(program.put("42", attributes={f"b{number}": 1 for number in range(60)})) == ["attributes"]
    assert len(Customer.objects.get().attributes) == 60


def test_attributes_may_be_nested_so_deep_and_no_deeper(program):
    assert program.put("42", attributes=nested(20)).status_code == 201

    response = program.put("42", attributes=nested(600))
    assert response.json()["error"]["fields"] == {"attributes": ["They may be nested at most 20 levels deep."]}


def test_what_cannot_be_seen_is_taken_out_of_texts(program):
    attributes = {"no\u200bte": ["a\x00b", {"c\x00": "\ud800"}]}

    assert program.put("42", name="A\u200bd\x00a\ud800\n Lovelace", attributes=attributes).status_code == 201
    customer = Customer.objects.get()
    assert customer.name == "Ada Lovelace"
    assert customer.attributes == {"note": ["ab", {"c": ""}]}


def test_a_wrong_row_of_many_names_its_first_fields(program):
    response = program.put("42", {f"field{number}": 1 for number in range(1000)})

    assert len(refused(response)) == 20
