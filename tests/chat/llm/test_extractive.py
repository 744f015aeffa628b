"""What the engine without a model says, over a real index and the customer's real record."""

import pytest

from accounts.models import Customer
from chat.llm.extractive import MOST_WORDS, NOT_FOUND, compose
from chat.records import Question
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection
from knowledge.services import save_document
from tests import factories
from tests.chat.contexts import build_context

pytestmark = pytest.mark.django_db

DUPLICATES = """# Duplicate charges

If we charged you twice, you get the second charge back. The refund takes 5 to 10 business days.

## Report a double charge

1. Open **Billing**.
2. Choose the second charge.
3. Choose **Report**.
"""


@pytest.fixture
def help_centre(settings) -> frozenset[int]:
    settings.EMBEDDING_MODEL = "minilm"
    collection = Collection.objects.create(slug="help", name="Help", audience="public")
    ingest([save_document(collection=collection, path="duplicate-charges.md", content=DUPLICATES)[0].pk])
    build_index(collection.pk)
    return frozenset([collection.pk])


def answer(question: str, collections: frozenset[int], customer: Customer | None = None) -> str:
    return compose(build_context(Question(question, "Help", collections, actor=factories.actor(customer)), question))


def test_document_account_and_ticket_come_together(help_centre, customer):
    said = answer("I was charged twice, is my refund on its way?", help_centre, customer)

    assert "Your ticket T-7, “Charged twice”, is waiting for your reply." in said
    assert "We refunded the second charge of €29.00." in said
    assert "The refund takes 5 to 10 business days." in said
    assert "CANARY" not in said


def test_a_fact_of_the_record_is_stated_and_cited(help_centre, customer):
    said = answer("When does my plan renew?", help_centre, customer)

    assert "Your plan is Team at €29.00 per month." in said
    assert "It renews on" in said


def test_who_asks_how_gets_the_steps(help_centre):
    said = answer("How do I report a double charge?", help_centre)

    assert "1. Open Billing.\n2. Choose the second charge.\n3. Choose Report. [" in said


def test_nothing_is_quoted_when_nothing_fits(help_centre, customer):
    assert answer("Who won the world cup in 2018?", help_centre) == NOT_FOUND
    assert answer("Who won the world cup in 2018?", help_centre, customer) == NOT_FOUND


def test_a_visitor_who_asks_about_their_account_is_asked_to_sign_in(help_centre):
    assert "sign in" in answer("When does my plan renew?", help_centre)


def test_that_comes_before_what_anybody_may_read(help_centre):
    hint, intro, _ = answer("Was I charged twice for my subscription?", help_centre).split("\n\n", 2)

    assert "sign in" in hint
    assert intro == "Quoted from the documentation:"


def test_who_asks_how_something_is_done_is_not(help_centre):
    assert "sign in" not in answer("How do I report a double charge of my subscription?", help_centre)


def test_it_says_that_these_are_quotes(help_centre):
    assert answer("How long does the refund of a double charge take?", help_centre).startswith("Quoted from the doc")


def test_only_the_record_is_stated_when_the_pages_do_not_fit(help_centre, customer):
    said = answer("When does my subscription renew?", help_centre, customer)

    assert said.startswith("From your account:")
    assert "Quoted" not in said


def test_what_says_less_than_the_record_is_not_quoted_below_it(help_centre, customer):
    question = "Was the second charge of my ticket T-7 refunded?"

    assert "Quoted" in answer(question, help_centre)
    assert "Quoted" not in answer(question, help_centre, customer)


def test_answers_stay_within_their_length(help_centre, customer):
    said = answer("I was charged twice, how do I report it and is my refund on its way?", help_centre, customer)

    assert len(said.split()) <= MOST_WORDS
    assert len(answer("How do I report a double charge?", help_centre).split()) <= MOST_WORDS


def test_a_long_reply_is_cut_after_a_sentence(help_centre, customer):
    ticket = customer.tickets.get()
    ticket.comments.create(author="Ines", kind="agent", is_public=True, text="We looked into it once more. " * 40)

    said = answer("What about my refund for the double charge, ticket T-7?", help_centre, customer)

    assert "once more. …" in said
    assert len(said.split()) <= MOST_WORDS
