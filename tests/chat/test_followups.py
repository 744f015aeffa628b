import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.followups import LONGEST_TURN, MOST_TURNS, rewritten_by_rules, stands_alone
from chat.records import Turn

TURNS = st.lists(st.builds(Turn, st.sampled_from(["customer", "bot", "agent"]), st.text()), max_size=8)


def said(*texts: str, **answer) -> list[Turn]:
    """The customer first, then in turn; ``answer`` is what else is known of the last one."""
    turns = [Turn("bot" if number % 2 else "customer", text) for number, text in enumerate(texts)]
    return [*turns[:-1], Turn(turns[-1].role, turns[-1].text, **answer)]


@pytest.mark.parametrize(
    "question",
    [
        "How do I send a parcel back to your warehouse?",
        "Which countries in Europe do you deliver kettles to?",
        "My new steel kettle leaks since I descaled it with vinegar, is that covered by the warranty?",
    ],
)
def test_a_question_with_enough_to_go_by_stands_alone(question):
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "and on the yearly plan?",
        "why?",
        "How do I send it back?",
        "did that, but the parcel came back",
        "thanks, is there a cheaper one as well?",
        "what’s the third one for?",
        "parcel tracking number missing",
        "und wie lange dauert das nach Wien?",
        "",
    ],
)
def test_one_that_points_back_says_little_or_cannot_be_judged_does_not(question):
    assert not stands_alone(question)


def test_a_follow_up_is_put_after_the_last_question_and_its_answer():
    history = said("How much is the Team plan?", "29 euros\nper month [1].")

    assert (
        rewritten_by_rules("and per year?", history) == "How much is the Team plan? 29 euros per month. and per year?"
    )


def test_a_long_answer_is_stood_for_by_what_it_rests_on():
    history = said("How do I descale my kettle?", "Fill it. " * 40, cited=("Kettles › Descaling", "Vinegar", "Third"))

    assert rewritten_by_rules("how often?", history) == (
        "How do I descale my kettle? Kettles › Descaling. Vinegar. how often?"
    )


def test_a_follow_up_of_a_follow_up_goes_back_to_what_stands_alone():
    history = said(
        *("Which countries in Europe do you deliver kettles to?", "All of the EU."),
        *("How do I send a parcel back to your warehouse?", "With the label."),
        *("I lost it", "Print another."),
        *("thanks", "You're welcome."),
    )

    assert rewritten_by_rules("where?", history) == (
        "How do I send a parcel back to your warehouse? I lost it thanks You're welcome. where?"
    )


@pytest.mark.parametrize("history", [[], [Turn("agent", "Hello, I'm Ines.")]])
def test_nothing_is_put_before_what_follows_nothing(history):
    assert rewritten_by_rules("and per year?", history) == "and per year?"


@given(st.text(), TURNS)
def test_whatever_was_said_the_question_stays_and_the_rest_is_bounded(question, history):
    rewritten = rewritten_by_rules(question, history)

    assert rewritten.endswith(question)
    assert len(rewritten.removesuffix(question).split()) <= (MOST_TURNS + 1) * LONGEST_TURN
