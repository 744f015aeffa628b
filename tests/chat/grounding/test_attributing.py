"""Statements that are true, beside the wrong number."""

import pytest

from chat.grounding import attributed, checked

SOURCES = {
    1: "Set up the reader\nCharge, pair and update your card reader.",
    2: "Pair the reader\nPress the power button for 3 seconds. Choose `Add reader` in the settings of the app.",
    3: "Plans\nThe Team plan costs €29 per month, and it has five seats.",
    4: "Plans\nThe Solo plan costs €9 per month, and it has one seat.",
}


def put_right(text: str) -> str:
    def holds(statement: str, number: int) -> bool:
        return not checked(f"{statement} [{number}]", {number: SOURCES[number]})

    return attributed(text, SOURCES, lambda said: checked(said, SOURCES), holds)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Press the power button for 3 seconds [1].", "Press the power button for 3 seconds. [2]"),
        ("[1] Press the power button for 3 seconds.", "Press the power button for 3 seconds. [2]"),
        ("The Team plan costs €29 per month.", "The Team plan costs €29 per month. [3]"),
        ("The Solo plan costs €9 per month [3].", "The Solo plan costs €9 per month. [4]"),
        ("- Choose `Add reader` in the settings [1][9]", "- Choose `Add reader` in the settings [2]"),
        (
            "Pair it so [1]:\n\n1. Press the power button for 3 seconds.\n2. Choose `Add reader` in the settings.",
            "Pair it so [1]:\n\n1. Press the power button for 3 seconds.\n2. Choose `Add reader` in the settings. [2]",
        ),
    ],
)
def test_a_statement_gets_the_number_of_the_source_it_is_from(text, right):
    assert put_right(text) == right
    assert not checked(right, SOURCES)


@pytest.mark.parametrize(
    "text",
    [
        "Press the power button for 3 seconds [2].",
        "Press the power button for 4 seconds [1].",
        "The Team plan costs €9 per month [1].",
        "The seat of the plan costs money in some countries [1].",
        "It costs €29 [1].",
        "I have pressed the power button for 3 seconds and refunded your plan [1].",
        "| Team plan | costs €29 per month | five seats [1] |",
        "Run `items[1]` with care before every great journey [2].",
        "Do not press the power button for 3 seconds [1].",
        "Choose `Add reader` in the settings of the app. The Team plan costs €29 per month [2].",
    ],
)
def test_what_is_right_or_from_no_single_source_stays_as_it_is(text):
    assert put_right(text) == text
