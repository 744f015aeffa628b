from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Customer
from accounts.records import ANONYMOUS
from accounts.selectors import customer_record, order_of, plans_of, ticket_list, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def ada() -> Customer:
    customer = Customer.objects.create(
        external_id="cus_1",
        name="Ada",
        email="CANARY-EMAIL@example.com",
        phone="CANARY-PHONE",
        attributes={"note": "CANARY-ATTRIBUTE"},
        time_zone="Europe/Berlin",
    )
    customer.subscriptions.create(
        plan="Team",
        status="active",
        seats=2,
        price_minor=5800,
        currency="EUR",
        interval="month",
        started_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        renews_at=timezone.now() + timedelta(days=3),
    )
    customer.orders.create(
        number="BR-1",
        items=[{"name": "Reader", "quantity": 2, "price_minor": 5900}],
        total_minor=11800,
        refunded_minor=5900,
        currency="EUR",
        status="shipped",
        carrier="DHL",
        tracking="JD1",
        placed_at=timezone.now(),
    )
    return customer


def add_ticket(customer: Customer, number: str, days_ago: int) -> None:
    then = timezone.now() - timedelta(days=days_ago)
    ticket = customer.tickets.create(
        number=number, subject="Card 4242 4242 4242 4242", created_at=then, updated_at=then
    )
    ticket.comments.create(author="Ines", kind="agent", is_public=True, text="my password is hunter2")
    ticket.comments.create(author="Ines", kind="agent", is_public=False, text="CANARY-PRIVATE")


def test_money_and_dates_read_as_the_customer_would_write_them(ada):
    subscription, order = customer_record(ada.pk).facts

    assert "Your plan is Team for 2 seats at €58.00 per month." in subscription.text
    assert "It started on 1 February 2026." in subscription.text
    assert "2 × Reader, €118.00 in all" in order.text
    assert "tracking number JD1" in order.text
    assert "€59.00 of it has been refunded." in order.text


PAST, COMING = datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2126, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "renews_at", "said"),
    [
        ("active", COMING, "It renews on 31 January 2126."),
        ("trialing", COMING, "Your trial ends and the first payment is due on 31 January 2126."),
        ("active", PAST, "It was due to renew on 31 January 2026."),
        ("trialing", PAST, "Your trial was due to end on 31 January 2026."),
        ("paused", COMING, ""),
        ("canceled", COMING, ""),
        ("canceled", PAST, ""),
    ],
)
def test_only_what_runs_renews_and_only_in_the_future(ada, status, renews_at, said):
    ada.subscriptions.update(status=status, renews_at=renews_at)

    assert customer_record(ada.pk).facts[0].text.partition("It started on 1 February 2026.")[2].strip() == said


def test_a_running_plan_comes_before_newer_ones_that_do_not_run(ada):
    for plan, status in (("Old", "canceled"), ("Paused", "paused"), ("Extra", "active")):
        ada.subscriptions.create(
            plan=plan, status=status, price_minor=1, currency="EUR", interval="month", started_at=timezone.now()
        )

    first, second, *_ = customer_record(ada.pk).facts

    assert "Your plan is Extra" in first.text
    assert "Your plan is Team" in second.text


def test_every_fact_says_since_when_it_is_known(ada):
    assert all(fact.as_of for fact in customer_record(ada.pk).facts)


def test_only_the_fields_written_in_the_record_leave_the_database(ada):
    add_ticket(ada, "T-1", days_ago=1)

    assert "CANARY" not in str(customer_record(ada.pk))


def test_tickets_are_recent_newest_first_and_masked(ada):
    for number, days_ago in (("T-1", 40), ("T-2", 9), ("T-3", 1), ("T-4", 5), ("T-5", 7)):
        add_ticket(ada, number, days_ago)

    tickets = customer_record(ada.pk).tickets

    assert [ticket.number for ticket in tickets] == ["T-3", "T-4", "T-5"]
    assert tickets[0].subject == "Card ••• 4242"
    assert "hunter2" not in str(tickets)


def test_a_customer_never_sees_anothers_record(ada):
    other = Customer.objects.create(external_id="cus_2", name="Bob")
    add_ticket(ada, "T-1", days_ago=1)

    assert customer_record(other.pk).facts == ()
    assert customer_record(other.pk).tickets == ()


def test_nobody_and_deactivated_customers_have_no_record(ada):
    ada.is_active = False
    ada.save()

    assert customer_record(ada.pk) == customer_record(None) == ANONYMOUS


def test_the_record_takes_five_queries(ada, django_assert_max_num_queries):
    for number in range(5):
        add_ticket(ada, f"T-{number}", days_ago=number)

    with django_assert_max_num_queries(5):
        customer_record(ada.pk)


@pytest.mark.parametrize(("status", "opens"), [("active", {"Pro"}), ("trialing", {"Pro"}), ("canceled", set())])
def test_a_plan_counts_only_while_it_runs(status, opens, ada):
    ada.subscriptions.update(plan="Pro", status=status)

    assert plans_of(ada.pk) == customer_record(ada.pk).plans == opens


def test_an_anonymous_visitor_has_no_plan():
    assert plans_of(None) == frozenset()


def test_an_order_or_ticket_is_found_by_its_number_by_its_own_customer_alone(ada):
    add_ticket(ada, "T-1", days_ago=90)
    other = Customer.objects.create(external_id="cus_2", name="Grace")

    assert "2 × Reader" in str(order_of(ada.pk, "BR-1"))
    assert "T-1" in str(ticket_of(ada.pk, "T-1"))
    assert (order_of(other.pk, "BR-1"), ticket_of(other.pk, "T-1"), ticket_list(other.pk)) == (None, None, ())


def test_what_is_found_by_number_is_masked_and_without_private_notes(ada):
    add_ticket(ada, "T-1", days_ago=90)

    found = str([order_of(ada.pk, "BR-1"), ticket_of(ada.pk, "T-1"), ticket_list(ada.pk)])

    assert "T-1" in found
    assert not [secret for secret in ("CANARY", "hunter2", "4242 4242") if secret in found]


def test_a_list_of_tickets_goes_back_further_than_what_every_answer_sees(ada):
    for number, days_ago in (("T-1", 400), ("T-2", 9)):
        add_ticket(ada, number, days_ago)

    assert [ticket.number for ticket in ticket_list(ada.pk)] == ["T-2", "T-1"]


def test_nothing_is_found_for_who_is_no_customer_any_more(ada):
    add_ticket(ada, "T-1", days_ago=1)
    Customer.objects.update(is_active=False)

    assert (order_of(ada.pk, "BR-1"), ticket_of(ada.pk, "T-1"), ticket_list(ada.pk)) == (None, None, ())
