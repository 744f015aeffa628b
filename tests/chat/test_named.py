"""What a question names of the asker's own record is looked up, whichever engine answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Customer, Ticket
from accounts.visibility import DEFAULT, Visibility
from chat.answering import answer_question
from chat.records import Answer, Question, Turn
from tests import factories
from tests.chat.conftest import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def real_vectors(settings):
    settings.EMBEDDING_MODEL = "minilm"


@pytest.fixture
def tom(widget) -> Customer:
    """His orders are many, and his ticket is of last year."""
    tom, year = factories.customer(external_id="tom", name="Tom"), timezone.now() - timedelta(days=365)
    for number in range(8):
        placed = year + timedelta(days=number)
        tom.orders.create(number=f"BR-100{number}", total_minor=100, currency="EUR", status="shipped", placed_at=placed)
    ticket = tom.tickets.create(number="T-19", subject="Broken cable", status="solved")
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=year)
    return tom


@pytest.fixture
def bob(widget) -> Customer:
    bob = factories.customer(external_id="bob", name="Bob")
    now = timezone.now()
    bob.orders.create(number="BR-2000", total_minor=100, currency="EUR", status="shipped", placed_at=now)
    bob.tickets.create(number="T-20", subject="Bob's own", status="open")
    return bob


async def ask(
    text: str, customer: Customer | None, sees: Visibility = DEFAULT, history: tuple[Turn, ...] = ()
) -> Answer:
    async def emit(event: object) -> None:
        pass

    actor = await in_database(factories.actor)(customer)
    return await answer_question(Question(text, "Help", None, actor=actor, sees=sees, history=history), emit)


@pytest.mark.parametrize("text", ["Where is my order BR-1000?", "What about br-1000?", "Wo ist BR-1000?"])
async def test_an_old_order_is_found_by_its_number(tom, text):
    assert "BR-1000" in (await ask(text, tom)).text


async def test_an_old_ticket_is_found_by_its_number(tom):
    assert "T-19, “Broken cable”, is solved. [1]" in (await ask("What happened to ticket T-19?", tom)).text


@pytest.mark.parametrize("number", ["BR-2000", "BR-9999", "T-20", "T-99"])
async def test_what_is_somebody_elses_reads_like_what_is_not_there(tom, bob, number):
    kind = "order" if number.startswith("BR") else "ticket"

    answer = await ask(f"What is the status of {kind} {number}?", tom)

    assert f"No order or ticket {number} can be seen in your account." in answer.text
    assert "Bob" not in answer.text


async def test_whoever_has_no_recent_ticket_is_told_of_the_last(tom):
    assert "T-19" in (await ask("Do I have any open tickets?", tom)).text


async def test_whoever_has_no_ticket_is_told_so(widget):
    newcomer = await in_database(factories.customer)(external_id="new")

    assert "No tickets can be seen in your account." in (await ask("Do I have any open tickets?", newcomer)).text


@pytest.mark.parametrize(("kind", "number"), [("order", "BR-1000"), ("ticket", "T-19")])
async def test_what_has_no_number_that_may_be_told_is_not_looked_for_by_it(tom, kind, number):
    answer = await ask(f"Where is my {kind} {number}?", tom, Visibility({f"{kind}.number": "hidden"}))

    assert number not in answer.text.replace(f"No order or ticket {number} can be seen", "")


@pytest.mark.parametrize(("word", "found"), [("order", "Order 1044"), ("ticket", "T is 1044")])
async def test_of_an_order_and_a_ticket_of_one_number_the_word_tells(tom, word, found):
    year = timezone.now() - timedelta(days=365)
    order = {"total_minor": 100, "currency": "EUR", "status": "shipped", "placed_at": year}
    await in_database(tom.orders.create)(number="1044", **order)
    await in_database(tom.tickets.create)(number="1044", subject="T is 1044", status="solved", updated_at=year)

    assert found in (await ask(f"What about {word} 1044?", tom)).text


@pytest.mark.parametrize("text", ["Where is my order #77?", "Where is order 77?"])
async def test_a_number_may_be_kept_with_its_sign(tom, text):
    year = timezone.now() - timedelta(days=365)
    await in_database(tom.orders.create)(
        number="#77", total_minor=100, currency="EUR", status="shipped", placed_at=year
    )

    assert "Order #77" in (await ask(text, tom)).text


async def test_a_year_that_was_spoken_of_before_is_no_order(tom):
    history = (Turn("customer", "Where is my order BR-1000?"), Turn("bot", "Order BR-1000 of 24 November 2025 [1]."))

    assert "can be seen" not in (await ask("When will it arrive?", tom, history=history)).text


@pytest.mark.parametrize(
    "text",
    [
        "What did I order in 2024?",
        "Can I order 5000 labels at once?",
        "Is there a limit of 1000 tickets per day?",
        "Does my order ship under ISO-9001?",
        "How do I open a ticket?",
        "Do I have to open a ticket?",
        "What does error E-1001 mean?",
    ],
)
async def test_numbers_and_tickets_of_other_kinds_are_left_alone(tom, text):
    assert "can be seen in your account" not in (await ask(text, tom)).text


@pytest.mark.parametrize(
    "text", ["Where is order BR-1000?", "Do I have any open tickets?", "How much do I pay?", "Did I get an invoice?"]
)
async def test_a_visitor_is_asked_to_sign_in(tom, text):
    answer = await ask(text, None)

    assert answer.sign_in
    assert "BR-1000" not in answer.text


@pytest.mark.parametrize("text", ["Do I get an invoice every month?", "How much do I pay for the Pro plan?"])
async def test_a_visitor_is_not_asked_to_for_what_holds_for_anybody(tom, text):
    assert not (await ask(text, None)).sign_in
