"""What is decided before anything is generated, over a real index and a real record."""

from dataclasses import replace

import pytest
from django.utils import timezone

from chat.answering import answer_question
from chat.evidence import judged
from chat.records import Question
from tests import factories
from tests.chat.contexts import build_context

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def real_vectors(settings):
    settings.EMBEDDING_MODEL = "minilm"


def verdict(question, customer=None):
    asked = Question(question, "Help", collection_ids=None, actor=factories.actor(customer))
    return judged(build_context(asked, question))


async def ask(question, customer=None):
    said = []

    async def emit(event):
        said.append(getattr(event, "text", ""))

    asked = Question(question, "Help", collection_ids=None, actor=factories.actor(customer))
    answer = await answer_question(asked, emit)
    assert "".join(said).rstrip() == answer.text
    return answer


def test_what_a_page_says_is_enough(widget):
    assert verdict("How long does a refund take to reach my card?").level == "enough"


def test_what_no_page_is_about_is_nothing_and_says_why(widget):
    found = verdict("Who won the last football world cup?")

    assert (found.level, found.is_worth_a_model) == ("nothing", False)
    assert found.traced() == {
        "level": "nothing",
        "strength": pytest.approx(0, abs=0.2),
        "reason": "the best passages have 0 of the 5 words that say something",
        "record_items": 0,
    }


def test_the_record_counts_where_the_pages_do_not(widget, customer):
    found = verdict("When does my subscription renew?", customer)

    assert found.is_worth_a_model
    assert [item.title for item in found.record] == ["Your subscription"]


def test_how_something_is_done_is_no_question_to_the_record(widget, customer):
    assert verdict("How do I pair a subscription? it doesn't work", customer).record == ()


def test_who_asks_how_is_told_of_their_record_only_if_it_is_about_that(widget, customer):
    assert verdict("How do I cancel my plan?", customer).record == ()
    assert verdict("How can I find out when my subscription renews?", customer).record


def test_of_two_questions_at_once_each_is_answered_by_the_record_in_its_turn(widget, customer):
    both = "What is the last reply to my ticket, and when does my subscription renew?"

    assert [title_of(item) for item in verdict(both, customer).record] == ["T-7", "Your subscription"]


def test_who_asks_of_their_own_and_how_something_is_done_is_told_of_their_own(widget, customer):
    found = verdict("How do I pair a reader, and when does my subscription renew?", customer)

    assert [title_of(item) for item in found.record] == ["Your subscription"]


def test_what_happened_lately_takes_the_place_of_nothing_that_says_more(widget, customer):
    happened("charge_refunded", customer)
    happened("signed_in", customer)

    found = [title_of(item) for item in verdict("Was my second charge refunded?", customer).record]

    assert found[-1] == "T-7"
    assert title_of(verdict("When was I signed in?", customer).record[0]) == "What happened lately"


def test_what_happened_lately_is_left_out_where_something_else_is_nearer(widget, customer):
    happened("plan_changed", customer)

    assert [title_of(item) for item in verdict("When does my subscription renew?", customer).record] == [
        "Your subscription"
    ]


def happened(kind, customer):
    customer.events.create(kind=kind, at=timezone.now())


def title_of(item):
    return getattr(item, "title", "") or item.number


def test_tools_may_look_up_what_is_the_askers_own(widget, customer):
    assert verdict("Where is BR-10388?", customer).may_look_up
    assert not verdict("Where is BR-10388?").may_look_up
    assert not verdict("Who won the last football world cup?", customer).is_worth_a_model


def test_passages_without_a_search_are_taken_for_what_was_wanted(widget):
    context = build_context(Question("refund", "Help", collection_ids=None), "Who won the world cup?")

    assert judged(replace(context, match=None)).level == "enough"
    assert judged(replace(context, match=None, passages=())).level == "nothing"


async def test_no_model_is_asked_about_what_was_not_found(widget, model):
    answer = await ask("Who won the last football world cup?")

    assert model.requests == []
    assert (answer.answered, answer.outcome, answer.engine) == (False, "refused", "none")
    assert answer.trace["verdict"]["level"] == "nothing"


async def test_a_model_that_overlooks_what_the_record_says_does_not_hide_it(widget, customer, model):
    model.will_say("[0] The record does not say.")

    answer = await ask("When does my subscription renew?", customer)

    assert len(model.requests) == 1
    assert "Team" in answer.text
    assert [cited.kind for cited in answer.citations] == ["account"]
    assert (answer.engine, answer.trace["quoted_instead"]) == ("extractive", "overlooked")


async def test_a_visitor_who_asks_about_their_own_is_told_to_sign_in(widget, model):
    answer = await ask("Has my parcel left your warehouse in Tilburg yet?")

    assert "sign in" in answer.text.partition("\n\n")[0]
    assert not answer.answered


async def test_a_visitor_who_asks_that_and_how_something_is_done_is_told_so_too(widget, model):
    answer = await ask("When does my subscription renew, and how do I find a football club?")

    assert "sign in" in answer.text.partition("\n\n")[0]


async def test_near_pages_are_suggested_with_a_refusal(widget, model):
    model.will_say("[0] The sources do not say.")

    answer = await ask("refunds for charities in cash")

    assert not answer.answered
    assert "Refunds" in answer.suggestions
