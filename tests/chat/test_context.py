from datetime import UTC, datetime

import pytest

from accounts.records import AccountFact, CommentFact, CustomerRecord, TicketFact
from chat.context import Found, assemble
from chat.records import AnswerContext, Question, Source
from knowledge.records import Passage
from tests import factories
from tests.chat.contexts import build_context

MARCH = datetime(2026, 3, 12, tzinfo=UTC)


def passage(text: str = "Ten days.", document_id: int = 1) -> Passage:
    url = "https://docs.example/refunds#time"
    return Passage(1, document_id, "Refunds", ("Refunds", "Time"), text, url, MARCH, score=1, similarity=1)


def context(*passages: Passage) -> AnswerContext:
    comment = CommentFact("You, 1 March 2026: my card is 4242 4242 4242 4242", by_customer=True)
    ticket = TicketFact("T-1", "Charged twice", "open", (comment,), MARCH, MARCH, MARCH)
    record = CustomerRecord("Ada", (AccountFact("Your subscription", "Your plan is Team.", MARCH),), (ticket,))
    return assemble(Question("Refund?", "Help", None), "Refund?", Found(passages), record)


def test_passages_facts_and_tickets_are_numbered_together():
    sources = context(passage(), passage("Five days.")).sources

    assert [(source.number, source.kind) for source in sources] == [
        (1, "document"),
        (2, "document"),
        (3, "account"),
        (4, "ticket"),
    ]


def test_a_passage_says_where_it_stands_and_how_old_it_is():
    source = context(passage()).sources[0]

    assert (source.title, source.updated_at) == ("Refunds › Time", MARCH)
    assert source.url == "https://docs.example/refunds#time"


def test_a_fact_says_since_when_and_from_where_it_is_known():
    source = context().sources[0]

    assert (source.as_of, source.origin) == (MARCH, "account record")


def test_ticket_text_is_masked_whoever_brought_it():
    assert "4242 4242" not in context().sources[1].text


def test_what_tools_find_is_numbered_on():
    before = context(passage())

    after = before.with_sources([Source(0, "account", "Order 7", "It was shipped."), before.sources[2]])

    assert [source.number for source in after.sources] == [1, 2, 3, 4]
    assert after.sources[3].title == "Order 7"
    assert after.source_of(before.passages[0]).number == 1


def test_what_is_found_again_keeps_its_number():
    before = context(passage())
    again = Source(0, "document", "Refunds › Time", "Ten days.", document_id=1)

    after = before.with_sources([again, again])

    assert after.sources == before.sources
    assert [source.number for source in after.numbered([again])] == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_the_record_costs_a_context_at_most_six_queries(widget, customer, django_assert_max_num_queries):
    """Five for the record, and one for the plans that say which documents are theirs."""
    anonymous = Question("How long do refunds take?", "Help", None)
    with django_assert_max_num_queries(50) as searched:
        build_context(anonymous, anonymous.text)
    theirs = Question("How long do refunds take?", "Help", None, actor=factories.actor(customer))

    with django_assert_max_num_queries(len(searched) + 6):
        build_context(theirs, theirs.text)
