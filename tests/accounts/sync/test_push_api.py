"""One row at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.claims import profile_of
from accounts.identifying import customer_of
from accounts.identity import Identity
from accounts.models import AuditEntry, Customer, Event, Order, Ticket, TicketComment
from tests.accounts.sync.programs import COMMENT, EVENT, INSIDE, ORDER, SUBSCRIPTION, TICKET, URL, Program
from tests.factories import staff_member

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ADA: dict[str, Any] = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": "+49 30 901820",
    "company": "Engines",
    "locale": "de_de",
    "time_zone": "Europe/Berlin",
    "attributes": {"tier": "gold", "tags": ["a"]},
    "updated_at": "2026-11-01T10:00:00+02:00",
}


def test_a_customer_is_brought_and_given_back(program):
    response = program.put("42", ADA)

    assert (response.status_code, response.json()["result"]) == (201, "created")
    found = program.get("42").json()
    assert found.pop("synced_at")
    assert found == ADA | {
        "external_id": "42",
        "phone": "+4930901820",
        "locale": "de-DE",
        "active": True,
        "updated_at": "2026-11-01T08:00:00Z",
    }


def test_the_same_again_changes_nothing_but_is_heard(program):
    program.put("42", ADA)
    before = Customer.objects.get()

    response = program.put("42", ADA)
    assert (response.status_code, response.json()["result"]) == (200, "unchanged")
    assert Customer.objects.get().synced_at > before.synced_at


def test_what_is_left_out_stays_and_what_is_empty_is_emptied(program):
    program.put("42", ADA)

    response = program.put("42", name="Ada King", phone=None, company="")
    assert (response.status_code, response.json()["result"]) == (200, "changed")
    found = Customer.objects.get()
    assert (found.name, found.phone, found.company, found.email) == ("Ada King", "", "", "ada@example.com")


def test_attributes_are_kept_one_by_one(program):
    program.put("42", attributes={"tier": "gold", "seats": 3})

    program.put("42", attributes={"tier": None, "region": "eu"})
    assert Customer.objects.get().attributes == {"seats": 3, "region": "eu"}


def test_a_customer_is_deactivated(program):
    program.put("42", ADA)

    assert program.put("42", active=False).json()["active"] is False
    assert not Customer.objects.get().is_active


def test_what_is_older_than_a_token_is_still_what_programs_say(program):
    now = datetime.now(UTC).replace(microsecond=0)
    said = profile_of({"name": "Ada", "email": "ada@example.com"})
    customer_of(Identity("42", now, now + timedelta(minutes=5), said, "k1"))

    response = program.put("42", ADA)

    assert (response.status_code, response.json()["result"]) == (200, "changed")
    assert Customer.objects.get().name == "Ada Lovelace"


def test_older_news_deactivates_and_changes_nothing_else(program):
    program.put("42", ADA)
    older = {"name": "Older", "active": False, "updated_at": "2026-10-01T00:00:00Z"}

    results = [program.put("42", older).json()["result"] for _ in range(2)]

    found = Customer.objects.get()
    assert results == ["changed", "unchanged"]
    assert (found.is_active, found.name, found.changed_at) == (
        False,
        "Ada Lovelace",
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    )
    assert program.put("42", active=True, updated_at="2026-10-01T00:00:00Z").status_code == 412


@pytest.mark.parametrize("where", INSIDE)
def test_what_belongs_to_a_customer_comes_changes_and_goes(program, where):
    program.put("42", ADA)
    body = INSIDE[where]

    assert program.put(f"42/{where}", body).status_code == 201
    again = program.put(f"42/{where}", body)
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    assert body.items() <= program.get(f"42/{where}").json().items()
    assert program.delete(f"42/{where}").status_code == 204
    assert program.delete(f"42/{where}").status_code == 204
    assert program.get(f"42/{where}").status_code == 404


def test_a_part_of_a_row_changes_a_part_of_it(program):
    program.put("42", ADA)
    program.put("42/orders/BR-1", ORDER)

    assert program.put("42/orders/BR-1", status="delivered").json()["result"] == "changed"
    order = Order.objects.get()
    assert (order.status, order.tracking, order.total_minor) == ("delivered", "JD0146", 11_800)


def test_everything_of_a_customer_can_come_at_once(program):
    ticket = {"number": "T-1", **TICKET, "comments": [{"external_id": "c-1", **COMMENT}]}
    inside = {
        "subscriptions": [{"external_id": "s-1", **SUBSCRIPTION}],
        "orders": [{"number": "BR-1", **ORDER}],
        "tickets": [ticket],
        "events": [{"external_id": "e-1", **EVENT}],
    }

    assert program.put("42", {**ADA, **inside}).status_code == 201
    assert program.put("42", {**ADA, **inside}).json()["result"] == "unchanged"
    customer = Customer.objects.get()
    counts = [each.count() for each in (customer.subscriptions, customer.orders, customer.tickets, customer.events)]
    assert counts == [1, 1, 1, 1]
    assert TicketComment.objects.get().text == COMMENT["text"]


def test_numbers_may_hold_slashes_and_digits_alone(program):
    program.put("42", ADA)

    assert program.put("42/orders/2026/1042", ORDER).status_code == 201
    program.put("42/tickets/2026/7", TICKET)
    assert program.put("42/tickets/2026/7/comments/9", COMMENT).status_code == 201
    assert program.get("42/tickets/2026/7/comments/9").json()["text"] == COMMENT["text"]
    assert program.bulk({"external_id": 43}).json()["rows"][0]["external_id"] == "43"


# --- Tickets -------------------------------------------------------------------------------


def test_comments_come_go_and_are_private_unless_they_say_otherwise(program):
    program.put("42", ADA)
    program.put("42/tickets/T-1", TICKET)

    assert program.put("42/tickets/T-1/comments/c-1", kind="agent", text="A note").status_code == 201
    assert not TicketComment.objects.get().is_public
    assert program.put("42/tickets/T-1/comments/c-1", public=True).json()["public"] is True
    assert program.delete("42/tickets/T-1/comments/c-1").status_code == 204
    assert not TicketComment.objects.exists()


def test_secrets_in_tickets_and_events_are_masked_before_they_are_stored(program):
    program.put("42", ADA)
    program.put("42/tickets/T-1", TICKET | {"subject": "Card 4242 4242 4242 4242 refused"})
    program.put("42/tickets/T-1/comments/c-1", COMMENT | {"text": "my password is hunter2!\nhelp"})
    program.put("42/events/e-1", EVENT | {"text": "Card 4242 4242 4242 4242 declined"})

    assert Ticket.objects.get().subject == "Card ••• 4242 refused"
    assert TicketComment.objects.get().text == "my password is •••\nhelp"
    assert Event.objects.get().text == "Card ••• 4242 declined"


def test_a_ticket_moves_when_its_own_system_says_so(program):
    program.put("42", ADA)

    program.put("42/tickets/T-1", TICKET | {"updated_at": "2026-03-01T00:00:00Z"})
    program.put("42/tickets/T-1/comments/c-1", COMMENT | {"created_at": "2026-04-01T00:00:00Z"})
    assert Ticket.objects.get().updated_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_ticket_whose_system_says_nothing_moves_with_its_comments(program):
    program.put("42", ADA)
    program.put("42/tickets/T-1", TICKET | {"created_at": "2026-03-01T00:00:00Z"})
    assert Ticket.objects.get().updated_at == datetime(2026, 3, 1, tzinfo=UTC)

    program.put("42/tickets/T-1/comments/c-1", COMMENT | {"created_at": "2026-04-01T00:00:00Z"})
    assert Ticket.objects.get().updated_at == datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["ines", "INES@example.com"])
def test_a_ticket_is_assigned_to_a_member_of_staff(program, name):
    ines = staff_member("ines")
    program.put("42", ADA)

    assert program.put("42/tickets/T-1", TICKET | {"assignee": name}).json()["assignee"] == name
    assert Ticket.objects.get().assignee == ines


def test_whoever_works_elsewhere_is_kept_by_name(program):
    program.put("42", ADA)
    program.put("42/tickets/T-1", TICKET | {"assignee": "Team Berlin"})

    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.assigned_to) == (None, "Team Berlin")


# --- Older news ----------------------------------------------------------------------------


VERSIONED: dict[str, tuple[dict[str, Any], str]] = {"": (ADA, "name"), "subscriptions/s-1": (SUBSCRIPTION, "plan")} | {
    "orders/BR-1": (ORDER, "carrier"),
    "tickets/T-1": (TICKET, "category"),
    "tickets/T-2/comments/c-1": (COMMENT, "text"),
    "events/e-1": (EVENT, "text"),
}


@pytest.mark.parametrize("name", VERSIONED)
def test_older_never_replaces_newer(program, name):
    body, field = VERSIONED[name]
    where = f"42/{name}".rstrip("/")
    program.put("42", name="Ada")
    program.put("42/tickets/T-2", TICKET)
    program.put(where, body | {field: "newer", "updated_at": "2026-11-02T00:00:00Z"})

    response = program.put(where, body | {field: "older", "updated_at": "2026-11-01T00:00:00Z"})
    assert (response.status_code, response.json()["error"]["code"]) == (412, "older")
    assert "its updated_at is 2026-11-02T00:00:00Z" in response.json()["error"]["detail"]
    assert program.get(where).json()[field] == "newer"
    assert program.put(where, {field: "untold"}).json()["result"] == "changed"
    assert program.put(where, body | {field: "older", "updated_at": "2026-11-01T00:00:00Z"}).status_code == 412


def test_a_late_retry_does_not_show_a_comment_that_was_made_private(program):
    program.put("42", name="Ada")
    program.put("42/tickets/T-1", TICKET)
    where = "42/tickets/T-1/comments/c-1"
    program.put(where, COMMENT | {"public": False, "updated_at": "2026-11-02T00:00:00Z"})

    assert program.put(where, COMMENT | {"public": True, "updated_at": "2026-11-01T00:00:00Z"}).status_code == 412
    assert not TicketComment.objects.get().is_public


@pytest.mark.parametrize("where", ["42", "42/orders/BR-1"])
def test_a_clock_that_goes_ahead_does_not_keep_later_news_out(program, where):
    program.put("42", name="Ada")
    program.put("42/orders/BR-1", ORDER)

    response = program.put(where, updated_at=in_seconds(3600))

    assert response.status_code == 400
    assert "later than now" in response.json()["error"]["fields"]["updated_at"][0]
    assert program.put(where, updated_at=in_seconds(0)).status_code == 200


def test_clocks_may_differ_by_a_minute(program):
    assert program.put("42", updated_at=in_seconds(70)).status_code == 400
    assert program.put("42", updated_at=in_seconds(50)).status_code == 201


def in_seconds(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


# --- Who may ------------------------------------------------------------------------------


def urls() -> list[str]:
    return [f"{URL}/42", *(f"{URL}/42/{name}" for name in INSIDE), f"{URL}/42/tickets/T-1/comments/c-1", f"{URL}/bulk"]


@pytest.mark.parametrize("scope", ["answers", "documents", "privacy"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_a_key_for_something_else_hears_nothing(client, program, scope, method, django_assert_max_num_queries):
    program.put("42", ADA)
    other = Program(client, scope)

    # What else is at a customer's own address is for those keys.
    for url in urls() if (method, scope) != ("DELETE", "privacy") else urls()[1:]:
        for address in (url, url.replace("42", "nobody")):
            with django_assert_max_num_queries(1):
                response = other.send(method, address, "{}")
            refused = (response.status_code, response.json()["error"]["code"])
            assert refused == ((403, "permission_denied") if does(method, url) else (405, "method_not_allowed"))
    assert Customer.objects.count() == 1


def does(method: str, url: str) -> bool:
    """Whether a key could do anything by it there."""
    return (method == "POST") == url.endswith("/bulk")


def test_a_key_for_something_else_is_told_which_it_takes(client, program):
    said = Program(client, "answers").get("42").json()["error"]["detail"]
    assert said == "This key is for answers; GET at this address needs a key for customers."

    said = program.delete("42").json()["error"]["detail"]
    assert said == "This key is for customers; DELETE at this address needs a key for privacy."


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_a_method_that_no_key_can_use_is_said_to_be_none(client, program, method):
    response = program.send(method, f"{URL}/42", "{}")

    assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")
    assert client.generic(method, f"{URL}/42", "{}").status_code == 401


@pytest.mark.parametrize("where", ["header", "query", "cookie", "basic", "nothing"])
def test_a_key_counts_in_one_header_only(client, where):
    key = Program(client).headers["authorization"].removeprefix("Bearer ")
    headers = {"header": {"x-api-key": key}, "basic": {"authorization": f"Basic {key}"}}.get(where, {})
    if where == "cookie":
        client.cookies["api_key"] = key

    for url in urls():
        url = f"{url}?api_key={key}&key={key}&token={key}" if where == "query" else url
        assert client.generic("GET", url, headers=headers).status_code == 401


def test_nobody_and_nothing_look_the_same(client, program):
    program.put("42", ADA)
    program.put("42/tickets/T-1", TICKET)

    missing = [program.get(where) for where in ("7", "42/orders/BR-1", "7/tickets/T-1", "42/tickets/T-1/comments/c")]
    missing.append(program.get("a%00b"))
    other = Program(client, "documents").send("PUT", "/api/v1/collections/none/documents/a", "{}")
    assert {(response.status_code, response.content) for response in missing} == {(404, other.content)}


def test_what_a_row_would_belong_to_is_said_not_to_be_there(program):
    """To keys that may see every customer."""
    program.put("42", ADA)
    bodies: list[Any] = [ORDER, {}, {"tenant": 1}, []]

    nobody = [program.put("7/orders/BR-1", body) for body in bodies]
    nobody += [program.delete("7/orders/BR-1"), program.put("a%00b/orders/BR-1", ORDER)]
    nobody.append(program.put("7/tickets/T-1/comments/c", COMMENT))
    no_ticket = program.put("42/tickets/T-9/comments/c", COMMENT)

    assert {reasons(response) for response in nobody} == {(404, "not_found", "There is no customer of this id.")}
    assert reasons(no_ticket) == (404, "not_found", "This customer has no ticket of this number.")


def reasons(response) -> tuple[int, str, str]:
    error = response.json()["error"]
    return response.status_code, error["code"], error["detail"]


@pytest.mark.parametrize("where", ["orders/BR-1", "tickets/T-1"])
def test_a_number_of_somebody_else_is_taken_and_stays_theirs(program, where):
    program.put("42", ADA)
    program.put("7", name="Charles")
    program.put(f"42/{where}", INSIDE[where])

    response = program.put(f"7/{where}", INSIDE[where])
    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {"number": ["Another customer has this number."]}
    assert program.get(f"7/{where}").status_code == 404
    assert program.delete(f"7/{where}").status_code == 204
    assert program.get(f"42/{where}").status_code == 200


def test_ids_that_are_their_customers_own_may_be_the_same(program):
    for customer in ("42", "7"):
        program.put(customer, ADA)
        assert program.put(f"{customer}/events/e-1", EVENT).status_code == 201
        assert program.put(f"{customer}/subscriptions/s-1", SUBSCRIPTION).status_code == 201


def test_a_comment_of_another_tickets_id_is_another(program):
    program.put("42", ADA)
    for ticket in ("T-1", "T-2"):
        program.put(f"42/tickets/{ticket}", TICKET)
        assert program.put(f"42/tickets/{ticket}/comments/c-1", COMMENT).status_code == 201
    program.delete("42/tickets/T-1/comments/c-1")

    assert TicketComment.objects.get().ticket.number == "T-2"


def test_no_other_site_may_call_it_from_a_browser(client, program):
    response = client.get(f"{URL}/42", headers={**program.headers, "origin": "https://evil.example"})

    assert not [name for name in response.headers if name.lower().startswith("access-control")]


# --- On record ----------------------------------------------------------------------------


def looks() -> list[tuple[str | None, str, str | None, str | None]]:
    return list(AuditEntry.objects.order_by("pk").values_list("label", "action", "customer_external_id", "ip"))


@pytest.mark.parametrize("where", ["42", *(f"42/{name}" for name in INSIDE), "42/tickets/T-1/comments/c-1"])
def test_reading_any_part_of_a_customer_is_one_look(program, where, django_assert_max_num_queries):
    program.put("42", ADA)
    for name, body in INSIDE.items():
        program.put(f"42/{name}", body)
    program.put("42/tickets/T-1/comments/c-1", COMMENT)
    assert not looks()

    program.get(where)
    with django_assert_max_num_queries(4):
        assert program.get(where).status_code == 200

    assert looks() == [("test", "customer.viewed", "42", "127.0.0.1")]


def test_what_is_not_there_was_not_looked_at(program):
    program.put("42", ADA)

    program.get("43")
    program.get("42/orders/BR-1")

    assert not looks()
