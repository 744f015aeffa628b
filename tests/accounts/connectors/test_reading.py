import json

import pytest

from accounts.connectors.base import FactPath
from accounts.connectors.reading import parsed, path_problem, said, value_of
from supportbot.outbound.errors import SourceError

# As Stripe answers to /v1/invoices/upcoming.
UPCOMING = {
    "object": "invoice",
    "amount_due": 2900,
    "currency": "eur",
    "next_payment_attempt": 1796374800,
    "lines": {"data": [{"description": "1 × Team (at €29.00 / month)", "quantity": 3, "proration": False}]},
}


def read(path: str, kind: str = "text", currency: str = "", document=UPCOMING) -> str:
    return value_of(document, FactPath("Fact", path, kind, currency), "Europe/Berlin")


def test_each_kind_is_read_as_customers_write_it():
    assert read("$.amount_due", "money", "$.currency") == "€29.00"
    assert read("$.amount_due", "money", "JPY") == "2,900 JPY"
    assert read("$.next_payment_attempt", "date") == "4 December 2026"
    assert read("$.lines.data[0].description") == "1 × Team (at €29.00 / month)"
    assert read("$.lines.data[0].quantity", "number") == "3"
    assert read("$.lines.data[0].proration") == "no"


@pytest.mark.parametrize("time_zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_without_a_time_is_that_day_everywhere(time_zone):
    assert value_of({"due": "2027-02-28"}, FactPath("Due", "$.due", "date"), time_zone) == "28 February 2027"


def test_facts_are_sentences_and_what_is_not_there_is_left_out():
    facts = [FactPath("Amount", "$.amount_due", "money", "EUR"), FactPath("Card", "$.card"), FactPath("Q", "$.object")]

    assert said(UPCOMING, facts) == "Amount: €29.00. Q: invoice."


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "text"),
        ({"a": 1}, "text"),
        ([1], "text"),
        ("29.00", "money"),
        (29.5, "money"),
        (True, "money"),
        (10**20, "money"),
        ("soon", "date"),
        (10**30, "date"),
        ([], "date"),
        (float("inf"), "date"),
        (True, "number"),
        ("7", "number"),
        (float("nan"), "number"),
    ],
)
def test_what_is_not_of_its_kind_is_no_fact(value, kind):
    assert read("$.value", kind, "EUR", {"value": value}) == ""


@pytest.mark.parametrize(
    ("moment", "time_zone"),
    [("0001-01-01T00:00:00", "America/New_York"), ("9999-12-31T23:59:59Z", "Pacific/Kiritimati")],
)
def test_a_day_that_a_time_zone_does_not_have_is_no_fact(moment, time_zone):
    assert said({"ends": moment}, [FactPath("Ends", "$.ends", "date")], time_zone) == ""


def test_a_text_of_another_system_is_short_printable_and_masked():
    assert read("$.a", document={"a": "card 4242 4242 4242 4242\n\0\u202eok"}) == "card ••• 4242 ok"
    assert len(read("$.a", document={"a": "x" * 10_000})) < 310


@pytest.mark.parametrize("path", ["", "amount", "$.a[", "$..[?match(@.a, '(a+)+$')]", "$[?search(@, 'x')]", "[" * 5000])
def test_a_path_that_is_none_is_named(path):
    assert path_problem(path)


@pytest.mark.parametrize("path", ["$.a", "$.data[0].amount_due", "$['a b']", "$.items[?@.status=='open'].due"])
def test_paths_of_the_standard_are_taken(path):
    assert path_problem(path) == ""


@pytest.mark.parametrize("answer", [b"", b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_is_no_json_is_said_to_be_none(answer):
    with pytest.raises(SourceError):
        parsed(answer)


def test_a_deep_answer_is_read_or_refused_and_breaks_nothing():
    deep = json.loads("[" * 500 + "]" * 500)

    assert read("$..a", document=deep) == ""
