import pytest

from knowledge.text.terms import coverage, terms


@pytest.mark.parametrize(
    ("question", "text"), [("refunds", "It was refunded."), ("renewing", "It renews."), ("E4012", "Error e4012.")]
)
def test_forms_of_a_word_meet(question, text):
    assert coverage(terms(question), text) == 1.0


def test_words_that_say_nothing_do_not_count():
    assert terms("How can I do that, please?") == set()
