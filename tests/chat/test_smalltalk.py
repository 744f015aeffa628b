import pytest

from chat.records import Question
from chat.smalltalk import reply


def said(text: str) -> str:
    return reply(Question(text, "Brindle", frozenset()))


@pytest.mark.parametrize(
    "text", ["Hi", "hello!", "Good morning", "Thanks a lot!", "ok, thank you", "Are you a bot?", "bye"]
)
def test_small_talk_is_answered_shortly(text):
    assert 0 < len(said(text)) < 200


@pytest.mark.parametrize(
    "text", ["Hi, where is my order?", "thanks but it still fails", "bot traffic", "How are refunds paid?"]
)
def test_a_question_is_not_small_talk(text):
    assert said(text) == ""


def test_the_bot_says_what_it_is():
    assert "Brindle's automatic assistant" in said("am I talking to a real person?")
