import pytest

from accounts import services
from accounts.errors import CustomerGone, TicketClosed, TicketNotFound
from accounts.models import Customer, Ticket, TicketComment
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def ada() -> Customer:
    return factories.customer(name="Ada")


@pytest.fixture
def ticket(ada: Customer) -> Ticket:
    return ada.tickets.create(number="T-7", subject="Charged twice", status="solved")


def test_a_ticket_begins_with_what_its_customer_wrote(ada):
    ticket = services.open_ticket(ada.pk, subject="Reader is dead", text="It does not charge.")

    comment = ticket.comments.get()
    assert (ticket.customer, ticket.status, ticket.source) == (ada, "open", "chat")
    assert (comment.author, comment.kind, comment.is_public) == ("Ada", "customer", True)
    assert comment.text == "It does not charge."


def test_tickets_get_numbers_of_their_own(ada):
    numbers = {services.open_ticket(ada.pk, subject="Again", text="And again.").number for _ in range(20)}

    assert len(numbers) == 20


def test_secrets_are_masked_before_they_are_stored(ada, ticket):
    opened = services.open_ticket(ada.pk, subject="Card 4242 4242 4242 4242", text="My password is hunter2")
    services.add_comment(ada.pk, number="T-7", text="My password is hunter2")

    assert "4242 4242" not in opened.subject
    assert not TicketComment.objects.filter(text__contains="hunter2").exists()


def test_a_comment_opens_a_solved_ticket_again(ada, ticket):
    services.add_comment(ada.pk, number="T-7", text="It happened again.")

    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.comments.get().kind == "customer"


def test_a_closed_ticket_takes_no_comment(ada, ticket):
    Ticket.objects.update(status="closed")

    with pytest.raises(TicketClosed):
        services.add_comment(ada.pk, number="T-7", text="It happened again.")
    assert not TicketComment.objects.exists()


@pytest.mark.parametrize("number", ["T-7", "T-8", "%", "T-_", "*", "", "T-7' OR '1'='1", "../T-7"])
def test_somebody_elses_ticket_is_not_there(ticket, number):
    with pytest.raises(TicketNotFound):
        services.add_comment(factories.customer().pk, number=number, text="Mine now.")


def test_who_is_not_a_customer_any_more_opens_nothing(ada):
    Customer.objects.update(is_active=False)

    with pytest.raises(CustomerGone):
        services.open_ticket(ada.pk, subject="Reader is dead", text="It does not charge.")
