import time

import pytest

from knowledge.retrieval.questions import MOST_PARTS, parts_of, questions_in

STORY = (
    "Hi there! I moved to Lisbon in March and my card was sent to the old flat. "
    "Can I have a new one? The old one should be blocked, I think."
)


def test_a_story_is_cut_into_the_sentences_that_say_something():
    assert parts_of(STORY) == [
        "I moved to Lisbon in March and my card was sent to the old flat.",
        "Can I have a new one?",
        "The old one should be blocked, I think.",
    ]


def test_a_short_question_is_one():
    assert parts_of("How long does a refund take?") == []
    assert parts_of("Hello. How long does a refund take?") == []


def test_of_very_many_sentences_the_longest_are_kept_in_order():
    sentences = [f"This is sentence {'very ' * number}long." for number in range(12)]

    assert parts_of(" ".join(sentences)) == sentences[-MOST_PARTS:]


def test_the_question_of_a_long_story_is_kept_however_short():
    story = [f"This is sentence {'very ' * number}long." for number in range(12)]

    parts = parts_of(" ".join([*story, "Who pays for it?"]))

    assert parts[-1] == "Who pays for it?"
    assert len(parts) == MOST_PARTS


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("When does it renew and what happened to my ticket?", ["When does it renew", "what happened to my ticket?"]),
        ("Is it paid? Where is my order?", ["Is it paid?", "Where is my order?"]),
        ("I was charged twice, and is my refund on its way?", ["I was charged twice", "is my refund on its way?"]),
        ("Where is my order, or can I cancel it?", ["Where is my order", "can I cancel it?"]),
        ("Do you take Visa and Mastercard?", ["Do you take Visa and Mastercard?"]),
        ("The reader restarts and will not connect", ["The reader restarts and will not connect"]),
        ("", [""]),
    ],
)
def test_questions_asked_at_once_are_told_apart(text, questions):
    assert questions_in(text) == questions


def test_very_many_questions_are_one():
    assert questions_in("Why? " * 20) == ["Why? " * 20]


def test_a_long_message_is_read_at_once():
    started = time.perf_counter()

    questions_in(f"a{' ' * 8000}b{' and' * 2000}")

    assert time.perf_counter() - started < 0.5
