from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actors import VISITOR
from chat import services
from chat.errors import ConversationClosed, NotFound, QuestionGrew
from chat.models import Conversation, Message, Widget
from chat.records import Answer, Cited
from chat.selectors import question_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def conversation() -> Conversation:
    return services.start_conversation(Widget.objects.create(name="Help"), VISITOR, {}).conversation


def asked(conversation: Conversation) -> Message:
    """The answer that is due after a question."""
    answer = services.post_message(conversation.pk, "1", "Refund?").answer
    assert answer
    return answer


def test_messages_are_numbered_without_gaps_whoever_writes(conversation):
    def write(number: int) -> None:
        try:
            services.post_message(conversation.pk, f"id-{number % 10}", "Hello?")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(20)))

    seqs = Message.objects.filter(seq__isnull=False).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 11))


def test_one_answer_per_question_is_the_databases_own_rule(conversation):
    question = services.post_message(conversation.pk, "1", "Refund?").message

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(conversation=conversation, role="bot", status="streaming", reply_to=question)


def test_an_answer_gets_its_place_when_it_is_finished(conversation):
    answer = asked(conversation)
    services.request_person(conversation.pk)

    services.finish_answer(answer.pk, Answer("Ten days [1].", citations=(Cited(1, "document", "Refunds"),)))

    answer.refresh_from_db()
    assert (answer.seq, answer.citations.get().title) == (3, "Refunds")


def test_a_late_writer_is_refused(conversation):
    answer = asked(conversation)
    Message.objects.filter(pk=answer.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1), text="Ten")

    closed = services.close_lost_answers()
    late = services.finish_answer(answer.pk, Answer("Ten days."))

    answer.refresh_from_db()
    assert (closed, late) == (1, False)
    assert (answer.status, answer.text) == ("interrupted", "Ten")


def test_an_answer_without_a_writer_is_none_and_says_why_it_ended(conversation):
    answer = asked(conversation)
    Message.objects.filter(pk=answer.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1), text="Ten")

    services.close_lost_answers()

    answer.refresh_from_db()
    assert (answer.answered, answer.outcome, answer.trace) == (False, "", {"ended": "writer_lost"})


def test_what_no_database_can_hold_is_left_out_of_an_answer_and_its_trace(conversation):
    answer = asked(conversation)
    bad = "a\x00b\ud83d"

    services.finish_answer(answer.pk, Answer(bad, engine=bad * 100, trace={"query": bad, "taken_out": [bad]}))

    answer.refresh_from_db()
    assert (answer.text, answer.engine) == ("ab", "ab" * 100)
    assert answer.trace == {"query": "ab", "taken_out": ["ab"]}


def test_what_no_database_can_hold_is_left_out_of_a_summary(conversation):
    services.keep_summary(conversation.pk, "a\x00b\ud83d", 2)

    conversation.refresh_from_db()
    assert conversation.summary == "ab"


def test_a_living_writer_keeps_its_answer(conversation):
    answer = asked(conversation)

    assert services.keep_lease(answer.pk, "Ten")
    assert services.close_lost_answers() == 0


def test_only_an_answer_that_ended_badly_can_be_retried(conversation):
    answer = asked(conversation)
    services.finish_answer(answer.pk, Answer("Ten days."))

    with pytest.raises(NotFound):
        services.retry_answer(conversation.pk, str(answer.public_id))


def test_a_resolved_conversation_says_so_to_whoever_asks_for_a_person(conversation):
    services.resolve(conversation.pk)

    with pytest.raises(ConversationClosed):
        services.request_person(conversation.pk, "Hello?")


@pytest.mark.parametrize("guess", ["1", "", "not-a-uuid", "00000000-0000-4000-8000-000000000000"])
def test_guessed_ids_are_simply_not_there(conversation, guess):
    with pytest.raises(NotFound):
        services.rate_answer(conversation.pk, guess, "up")


def test_a_session_secret_is_not_stored(conversation):
    session = services.start_conversation(conversation.widget, VISITOR, {})

    assert session.secret not in str(Conversation.objects.filter(pk=session.conversation.pk).values().get())


def test_what_is_said_before_an_answer_begins_is_part_of_its_question(conversation):
    answer = asked(conversation)

    more = services.post_message(conversation.pk, "2", "I paid by card.")

    answer.refresh_from_db()
    assert more.answer is None
    assert answer.reply_to == more.message
    assert question_of(more.message).text == "Refund?\nI paid by card."


def test_an_answer_that_is_tried_again_is_not_taken_along_past_other_answers(conversation):
    stopped = asked(conversation)
    services.finish_answer(stopped.pk, Answer("Ten", status="stopped"))
    Message.objects.filter(role="customer").update(created_at=timezone.now() - timedelta(seconds=2))
    other = services.post_message(conversation.pk, "2", "What does Team cost?").answer
    assert other
    services.finish_answer(other.pk, Answer("29 euros."))
    again = services.retry_answer(conversation.pk, str(stopped.public_id))

    more = services.post_message(conversation.pk, "3", "And per year?")

    again.refresh_from_db()
    assert again.reply_to_id == stopped.reply_to_id
    assert more.answer
    assert not again.superseded


def test_an_answer_that_has_begun_is_left_to_its_question(conversation):
    answer = asked(conversation)
    Message.objects.filter(role="customer").update(created_at=timezone.now() - timedelta(seconds=2))
    services.keep_lease(answer.pk, "Ten")

    more = services.post_message(conversation.pk, "2", "And by card?")

    answer.refresh_from_db()
    assert more.answer
    assert not answer.superseded


def test_a_message_right_after_another_is_answered_together_with_it(conversation):
    services.finish_answer(asked(conversation).pk, Answer("Ten days."))

    more = services.post_message(conversation.pk, "2", "I paid by card.")

    assert more.answer
    assert question_of(more.message).text == "Refund?\nI paid by card."
    assert question_of(more.message).history == ()


def test_an_answer_without_a_writer_takes_nothing_along(conversation):
    answer = asked(conversation)
    Message.objects.filter(pk=answer.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert services.post_message(conversation.pk, "2", "Hello?").answer


def test_an_answer_to_half_of_the_question_is_not_stored(conversation):
    answer = asked(conversation)
    first = answer.reply_to_id
    services.post_message(conversation.pk, "2", "I paid by card.")

    with pytest.raises(QuestionGrew):
        services.finish_answer(answer.pk, Answer("Ten days."), question_id=first)


@pytest.mark.parametrize(
    ("text", "why"), [("Can I talk to a person?", "wish"), ("This is ridiculous, I was charged twice!", "anger")]
)
def test_words_that_lead_to_a_person_are_kept_as_the_cause(conversation, text, why):
    asked = services.post_message(conversation.pk, "1", text).message

    note = conversation.messages.get(role="system")
    assert (note.outcome, note.trace, note.reply_to) == ("handed_over", {"why": why}, asked)


def test_a_click_for_a_person_is_kept_as_the_cause(conversation):
    services.request_person(conversation.pk, "Hello?")

    note = conversation.messages.get(role="system")
    assert (note.outcome, note.trace) == ("handed_over", {"why": "button"})


def test_only_the_note_of_a_hand_over_has_a_cause(conversation):
    services.request_person(conversation.pk)
    services.give_back(conversation.pk)
    services.resolve(conversation.pk)

    assert [note.outcome for note in conversation.messages.order_by("seq")] == ["handed_over", "", ""]


def test_anger_leads_to_a_person_with_an_apology(conversation):
    posted = services.post_message(conversation.pk, "1", "This is ridiculous, I was charged twice!")

    conversation.refresh_from_db()
    assert posted.answer is None
    assert conversation.mode == "waiting"
    assert conversation.messages.get(role="system").text == services.SORRY
