"""Many rows at once, as JSON lines."""

import json
from typing import Any

import pytest

from accounts.models import Customer, Order, Ticket
from accounts.sync import batches, lines, uploads
from tests.accounts.sync.programs import COMMENT, EVENT, ORDER, SUBSCRIPTION, TICKET, URL

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def counted(response) -> dict[str, int]:
    assert response.status_code == 200, response.content
    return {name: number for name, number in response.json().items() if name != "rows" and number}


def test_every_row_has_its_own_result_in_its_place(program):
    program.put("old", name="Old", updated_at="2026-11-02T00:00:00Z")
    program.put("same", name="Same")

    response = program.bulk(
        {"external_id": "new", "name": "New"},
        {"external_id": "old", "name": "Older", "updated_at": "2026-11-01T00:00:00Z"},
        "",
        {"external_id": "same", "name": "Same"},
        {"external_id": "bad", "email": "nobody"},
        '{"external_id": "cut',
        {"name": "Nameless"},
        {"external_id": "same2", "name": "Fine"},
    )

    assert counted(response) == {"created": 2, "older": 1, "unchanged": 1, "failed": 3}
    rows = [(row["line"], row["external_id"], row["result"]) for row in response.json()["rows"]]
    assert rows == [
        (1, "new", "created"),
        (2, "old", "older"),
        (4, "same", "unchanged"),
        (5, "bad", "failed"),
        (6, "", "failed"),
        (7, "", "failed"),
        (8, "same2", "created"),
    ]
    fields = [row["error"]["fields"] for row in response.json()["rows"] if "error" in row]
    assert fields[0] == {"email": ["This is no e-mail address."]}
    assert fields[2] == {"external_id": ["This is needed."]}
    assert Customer.objects.get(external_id="old").name == "Old"


def test_the_second_row_of_a_customer_is_refused_and_names_the_first(program):
    response = program.bulk(
        {"external_id": "42", "name": "Ada"}, {"external_id": "7"}, {"external_id": 42, "name": "Ada King"}
    )

    assert counted(response) == {"created": 2, "failed": 1}
    assert response.json()["rows"][2]["error"]["fields"] == {"external_id": ["Line 1 is of the same customer."]}
    assert Customer.objects.get(external_id="42").name == "Ada"


def test_a_row_brings_all_that_belongs_to_its_customer(program):
    row: dict[str, Any] = {
        "external_id": "42",
        "subscriptions": [{"external_id": "s-1", **SUBSCRIPTION}],
        "orders": [{"number": f"BR-{number}", **ORDER} for number in range(3)],
        "tickets": [{"number": "T-1", **TICKET, "comments": [{"external_id": "c-1", **COMMENT}]}],
        "events": [{"external_id": "e-1", **EVENT}],
    }

    assert counted(program.bulk(row)) == {"created": 1}
    assert counted(program.bulk(row)) == {"unchanged": 1}
    row["orders"][1]["status"] = "delivered"
    assert counted(program.bulk(row)) == {"changed": 1}
    assert list(Order.objects.order_by("number").values_list("status", flat=True)) == [
        "shipped",
        "delivered",
        "shipped",
    ]


def test_a_row_is_written_as_a_whole_or_not_at_all(program):
    program.put("7", name="Charles")
    program.put("7/orders/BR-1", ORDER)

    response = program.bulk(
        {"external_id": "a", "orders": [{"number": "BR-2", **ORDER}, {"number": "BR-3", **ORDER, "total_minor": -1}]},
        {"external_id": "b", "orders": [{"number": "BR-4", **ORDER}, {"number": "BR-1", **ORDER}]},
        {"external_id": "c", "tickets": [{"number": "T-1", "comments": [{"external_id": "c", **COMMENT}]}]},
        {"external_id": "d", "orders": [{"number": "BR-2", **ORDER}]},
        {"external_id": "e", "orders": [{"number": "BR-2", **ORDER}]},
    )

    fields = [row["error"]["fields"] for row in response.json()["rows"] if "error" in row]
    assert fields == [
        {"orders.1.total_minor": ["Input should be greater than or equal to 0."]},
        {"orders.1.number": ["Another customer has this number."]},
        {"tickets.0.subject": ["A new one needs this."]},
        {"orders.0.number": ["Another customer has this number."]},
    ]
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"7", "d"}
    assert set(Order.objects.values_list("number", flat=True)) == {"BR-1", "BR-2"}


def test_what_is_older_inside_a_row_is_left_out_of_it(program):
    program.put("42", name="Ada")
    program.put("42/orders/BR-1", ORDER | {"status": "delivered", "updated_at": "2026-11-02T00:00:00Z"})

    orders = [{"number": "BR-1", **ORDER, "updated_at": "2026-11-01T00:00:00Z"}, {"number": "BR-2", **ORDER}]
    response = program.bulk({"external_id": "42", "orders": orders})
    assert response.json()["rows"] == [{"line": 1, "external_id": "42", "result": "changed", "older": ["orders.0"]}]
    assert Order.objects.get(number="BR-1").status == "delivered"


def test_it_goes_on_after_what_no_reader_could_use(program):
    response = program.bulk(
        b"\xff\xfe{}",
        "null",
        "[]",
        '"text"',
        "NaN",
        "[" * 200_000,
        '{"external_id": "' + "x" * lines.MAX_LINE + '"}',
        '{"external_id": "\\ud800\\u0000"}',
        '{"external_id": "x", "\\ud800": 1}',
        '{"external_id": "x", "name": 1e999}',
        '{"external_id": "x", "attributes": {"n": 1e999}}',
        '{"external_id": "x", "attributes": {"n": ' + "[" * 600 + "]" * 600 + "}}",
        "1" * 5000,
        {"external_id": "last"},
    )

    assert counted(response) == {"created": 1, "failed": 13}
    assert response.json()["rows"][-1] == {"line": 14, "external_id": "last", "result": "created"}


def test_too_many_lines_are_refused_before_any_is_written(program, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_LINES", 3)
    rows = [{"external_id": str(number)} for number in range(4)]

    response = program.bulk(*rows)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert "3 lines" in response.json()["error"]["detail"]
    assert not Customer.objects.exists()
    assert program.bulk(*rows[:3]).status_code == program.bulk(*rows[:3], "").status_code == 200


def test_too_large_a_body_is_refused_before_anything_is_written(program, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)

    response = program.bulk({"external_id": "a"}, {"external_id": "b", "name": "x" * 100_000})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert not Customer.objects.exists()


@pytest.mark.parametrize(("body", "kind", "status"), [(b"", "application/x-ndjson", 400), (b"{}", "text/csv", 415)])
def test_a_body_that_is_no_json_lines_is_refused(program, body, kind, status):
    assert program.send("POST", f"{URL}/bulk", body, content_type=kind).status_code == status


def test_rows_are_written_in_transactions_of_many(program, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(batches, "CHUNK", 100)
    rows = [{"external_id": str(number), "orders": [{"number": str(number), **ORDER}]} for number in range(150)]

    # Three of a hundred parts: what is there, what is new, and their savepoint.
    with django_assert_max_num_queries(3 * 10):
        assert counted(program.bulk(*rows)) == {"created": 150}
    assert Order.objects.filter(customer__external_id="149", number="149").exists()


def test_a_customer_with_too_much_is_told_to_come_in_parts(program, monkeypatch):
    monkeypatch.setattr(batches, "MOST_PARTS", 3)
    events = [{"external_id": str(number), **EVENT} for number in range(3)]

    response = program.bulk({"external_id": "42", "events": events}, {"external_id": "7", "events": events[:2]})
    assert counted(response) == {"created": 1, "failed": 1}


def test_secrets_are_masked_and_staff_found_in_batches_too(program):
    ticket = {"number": "T-1", **TICKET, "subject": "Token: abc123", "assignee": "Nobody"}

    program.bulk({"external_id": "42", "tickets": [ticket]})
    assert (Ticket.objects.get().subject, Ticket.objects.get().assigned_to) == ("Token: •••", "Nobody")


def test_it_is_in_the_schema_with_every_refusal(client):
    schema = client.get("/api/v1/schema/?format=json").json()

    bulk = schema["paths"][f"{URL}/bulk"]["post"]
    assert list(bulk["requestBody"]["content"]) == ["application/x-ndjson"]
    assert {"200", "400", "401", "403", "413", "415"} <= set(bulk["responses"])
    put = schema["paths"][URL + "/{external_id}/tickets/{ticket}/comments/{key}"]["put"]
    assert {"200", "201", "400", "401", "403", "404", "412"} <= set(put["responses"])
    described = schema["components"]["schemas"]["OrderBody"]
    assert described["additionalProperties"] is False
    assert "total_minor" in json.dumps(described)
