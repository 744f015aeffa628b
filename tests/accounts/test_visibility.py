import pytest
from django.utils import timezone

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.selectors import customer_record, ticket_of
from accounts.visibility import ATTRIBUTES, DEFAULTS, LEVELS, Visibility, masked

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    ada = Customer.objects.create(
        external_id="cus_1",
        name="Ada Lovelace",
        email="ada@example.com",
        attributes={"tier": "gold", "seats": 12, "beta": True, "secret": {"key": "hidden-part"}, "{}": "odd"},
    )
    ada.events.create(kind="payment_failed", text="Card 4242 4242 4242 4242 was refused", at=timezone.now())
    ada.tickets.create(number="T-1", subject="Charged twice", category="billing", priority="high")
    return ada


def told(customer, **rules):
    return " ".join(fact.text for fact in customer_record(customer.pk, Visibility(rules)).facts)


def summary_of(customer, sees):
    ticket = ticket_of(customer.pk, "T-1", sees)
    assert ticket
    return ticket.summary


def test_nothing_of_who_they_are_is_seen_by_default(ada):
    assert told(ada) == f"{timezone.now().day} {timezone.now():%B %Y}: payment failed."


def test_what_is_shown_is_said_in_words(ada):
    said = told(ada, **{"customer.name": "shown", "attributes.tier": "shown", "attributes.beta": "shown"})

    assert "Your name is Ada Lovelace. beta: yes. tier: gold." in said


def test_what_is_masked_keeps_its_last_four(ada):
    assert "Your e-mail address is •••.com." in told(ada, **{"customer.email": "masked"})


@pytest.mark.parametrize(("text", "seen"), [("", ""), ("1234", "•••"), ("12345678", "•••"), ("123456789", "•••6789")])
def test_what_is_short_is_masked_whole(text, seen):
    assert masked(text) == seen


def test_an_attribute_with_parts_of_its_own_is_never_told(ada):
    assert "hidden-part" not in told(ada, **{"attributes.secret": "shown"})


def test_an_attribute_may_have_any_name(ada):
    assert "{}: odd." in told(ada, **{"attributes.{}": "shown"})


def test_texts_that_others_wrote_are_masked_all_the_same(ada):
    assert "payment failed, Card ••• 4242 was refused." in told(ada, **{"event.text": "shown"})


@pytest.mark.parametrize("name", [*DEFAULTS, "attributes.tier"])
def test_whatever_is_hidden_leaves_whole_sentences(ada, name):
    record = customer_record(ada.pk, Visibility({**dict.fromkeys(DEFAULTS, "shown"), name: "hidden"}))

    for text in (*(fact.text for fact in record.facts), *(ticket.summary for ticket in record.tickets)):
        assert text.endswith(".")
        assert "  " not in text
        assert " ," not in text


def test_a_ticket_of_which_little_is_seen_still_is_one(ada):
    sees = Visibility({"ticket.number": "hidden", "ticket.subject": "hidden", "ticket.status": "hidden"})

    assert summary_of(ada, sees) == "Your ticket is on record."


def test_a_ticket_tells_more_where_it_may(ada):
    sees = Visibility({"ticket.priority": "shown", "ticket.category": "shown"})

    assert summary_of(ada, sees) == (
        "Your ticket T-1, “Charged twice”, is open. Its priority is high. It is about: billing."
    )


def test_a_level_that_nobody_knows_hides():
    assert Visibility({"order.number": "everything"}).level("order.number") == "hidden"
    assert Visibility().level("order.invented") == "hidden"
    assert set(LEVELS) >= set(DEFAULTS.values())


def test_who_wrote_a_comment_may_be_hidden(ada):
    ada.tickets.get().comments.create(author="Ines", kind="agent", is_public=True, text="We looked at it.")

    def comment(level: str) -> str:
        ticket = ticket_of(ada.pk, "T-1", Visibility({"ticket.comment_author": level}))
        assert ticket
        return ticket.comments[0].text

    assert comment("shown").startswith("Ines, ")
    assert comment("hidden").startswith("Agent, ")


# --- Every field of a record is decided about -----------------------------------------------

# The row that decides whether the bot is told.
DECIDED = {
    "customer.attributes": ATTRIBUTES,
    "subscription.price_minor": "subscription.price",
    "subscription.currency": "subscription.price",
    "subscription.interval": "subscription.price",
    "subscription.started_at": "subscription.started",
    "subscription.renews_at": "subscription.renews",
    "subscription.cancels_at": "subscription.cancels",
    "order.total_minor": "order.total",
    "order.currency": "order.total",
    "order.refunded_minor": "order.refunded",
    "order.placed_at": "order.placed",
    "ticketcomment.text": "ticket.comments",
    "ticketcomment.author": "ticket.comment_author",
}
# Part of what is told, if it is.
TOLD_WITH_IT = {
    "synced_at": "as of when it is true",
    "event.at": "its day",
    "ticketcomment.created_at": "its day",
    "ticketcomment.kind": "that the customer wrote it, or who else where no name is shown",
}
NEVER_TOLD = {
    "id": "ours",
    "customer": "whose it is decides who may ask",
    "changed_at": "how new the news is, for those who bring it",
    "customer.is_active": "whoever is not has no record",
    "customer.created_at": "when the row came here",
    "customer.identified_at": "for those who bring news",
    "subscription.external_id": "another system's",
    "event.external_id": "another system's",
    "ticket.source": "where the company had it from",
    "ticket.assignee": "a member of staff",
    "ticket.assigned_to": "a member of staff",
    "ticket.created_at": "its comments have days",
    "ticket.updated_at": "decides whether it is recent",
    "ticketcomment.ticket": "what it belongs to",
    "ticketcomment.external_id": "another system's",
    "ticketcomment.is_public": "what is private is not read at all",
}
REASONS = (TOLD_WITH_IT, NEVER_TOLD)
MODELS = (Customer, Subscription, Order, Ticket, TicketComment, Event)


@pytest.mark.parametrize("model", MODELS)
def test_every_field_is_decided_about(model):
    """A new one fails here until it has a row of its own, or a reason why it needs none."""
    for field in model._meta.concrete_fields:
        name = f"{model._meta.model_name}.{field.name}"
        row = DECIDED.get(name, name)
        ways = [row in {*DEFAULTS, ATTRIBUTES}, *(bool({name, field.name} & {*listed}) for listed in REASONS)]

        assert ways.count(True) == 1, name


def test_no_row_is_about_nothing():
    fields = {f"{model._meta.model_name}.{field.name}" for model in MODELS for field in model._meta.concrete_fields}

    assert set(DEFAULTS) <= fields | set(DECIDED.values())
    assert {name for name in {*DECIDED, *TOLD_WITH_IT, *NEVER_TOLD} if "." in name} <= fields
