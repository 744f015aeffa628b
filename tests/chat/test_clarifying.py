import pytest

from chat.clarifying import for_more, which_one
from chat.records import Question, Turn


def question(text: str, *history: Turn) -> Question:
    return Question(text, "Help", None, history=history)


@pytest.mark.parametrize("text", ["It doesn't work", "I have a problem!", "help me please", "something is wrong"])
def test_a_question_about_nothing_is_asked_back(text):
    assert for_more(question(text)).endswith("?")


@pytest.mark.parametrize("text", ["The export doesn't work", "error E4012", "invoice", "返金"])
def test_a_question_about_something_is_not(text):
    assert for_more(question(text)) == ""


def test_what_was_said_before_may_be_what_it_is_about():
    assert for_more(question("It doesn't work", Turn("customer", "How do I export?"), Turn("bot", "Click it."))) == ""


def test_a_word_that_found_nothing_offers_the_pages_near_it():
    assert which_one(question("exports?"), ("Export to CSV", "Export limits"))
    assert which_one(question("exports?"), ()) == ""
    assert which_one(question("can I export last month to a spreadsheet?"), ("Export to CSV",)) == ""


def test_nobody_is_asked_back_twice_in_a_row():
    asked = Turn("bot", "Is it about one of these?", asks=True)

    assert which_one(question("exports", Turn("customer", "data"), asked), ("Export to CSV",)) == ""
