import pytest

from chat.records import Question
from chat.smalltalk import is_angry, reply, wants_person


def said(text: str) -> str:
    return reply(Question(text, "Brindle", frozenset()))


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "hello!",
        "Good morning",
        "Thanks a lot!",
        "ok, thank you",
        "Are you a bot?",
        "bye",
        "Thanks, bye!",
        "who are you?",
        "OK",
    ],
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


@pytest.mark.parametrize(
    "text",
    [
        "My invoice is wrong. Let me talk to your manager.",
        "Ich möchte mit einem Menschen sprechen",
        "I want to talk to a person",
        "can I speak with someone?",
        "Human!",
        "Peux-tu me passer un humain ?",
        "please connect me to a real person",
    ],
)
def test_a_wish_for_a_person_is_heard(text):
    assert wants_person(text)


@pytest.mark.parametrize("text", ["How do I add a person to my team?", "What is an agent?", "I want to change my plan"])
def test_a_question_about_people_is_a_question(text):
    assert not wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "This is ridiculous, I was charged twice!",
        "you're useless",
        "Worst support ever.",
        "I'm so angry right now",
        "I have had enough of this",
    ],
)
def test_anger_is_heard(text):
    assert is_angry(text)


@pytest.mark.parametrize(
    "text", ["How do I report a scam?", "My users are angry about the outage, what can I tell them?"]
)
def test_a_question_about_anger_is_a_question(text):
    assert not is_angry(text)


@pytest.mark.parametrize("text", ["👍", "...", "[" * 8000, "?!"])
def test_what_has_no_words_gets_a_reply(text):
    assert said(text)


def test_a_greeting_is_returned_in_its_language():
    assert reply(Question("Guten Morgen!", "Brindle", None, language="de")).startswith("Hallo")
