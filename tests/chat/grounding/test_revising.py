import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.grounding import checked, is_gutted, reasons, without

SOURCES = {1: "A refund takes 5 to 10 days to reach your card. Open Settings and choose Request refund."}


def grounded(text: str) -> str:
    return without(text, checked(text, SOURCES))


def test_reasons_name_the_sentence_and_what_is_wrong_with_it():
    text = "A refund takes\n3 days [1]."

    assert reasons(checked(text, SOURCES)) == "- “A refund takes 3 days [1].”: “3 days” is not in source [1]."


FINE = "A refund takes 5 days [1]."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{FINE} It costs €9 [1]. Open Settings [1].", f"{FINE} Open Settings [1]."),
        (f"{FINE}\n\nIt costs €9 [1].\n\nOpen Settings [1].", f"{FINE}\n\nOpen Settings [1]."),
        (f"{FINE}\n\n- It costs €9 [1].\n- Open Settings [1].", f"{FINE}\n\n- Open Settings [1]."),
        (f"Refund fees [1]:\n\n- It costs €9.\n- Or €10.\n\n{FINE}", FINE),
        (f"{FINE}\n\n## Fees\n\nIt costs €9 [1].", FINE),
        ("Yes. It costs €9 [1].", ""),
        (f"| Refund | Days |\n|---|---|\n| Card | 3 [1] |\n\n{FINE}", FINE),
        ("Settings for your refund [1]:\n\n```\nrun --all\n```", ""),
        (f"{FINE}\n\n```\na\n\n\nb\n```\n\nIt costs €9 [1].", f"{FINE}\n\n```\na\n\n\nb\n```"),
    ],
)
def test_what_is_not_supported_is_taken_out_with_what_hangs_on_it(text, left):
    assert grounded(text) == left


def test_a_supported_answer_stays_as_it_is():
    text = "A refund takes 5 days [1].\n\n\n\n  Hello!\n"

    assert without(text, checked(text, SOURCES)) == text


pieces = [
    "A refund takes 5 days [1]. ",
    "It costs €9 [1]. ",
    "Yes. ",
    "\n\n",
    "- ",
    "## Fees\n",
    "Do this:\n",
    "`x` ",
    "| a |\n|---|\n",
]


@given(st.lists(st.sampled_from(pieces), max_size=12).map("".join))
def test_nothing_is_added_and_no_unsupported_value_is_left(text):
    rest = iter(text)

    left = grounded(text)

    assert "€9" not in left
    assert all(any(character == other for other in rest) for character in "".join(left.split()))


STEPS = "Do this [1]:\n\n1. Open Settings.\n2. Press the red lever.\n3. Choose Request refund."


@pytest.mark.parametrize(
    ("text", "left", "gutted"),
    [
        (STEPS, STEPS, False),
        (STEPS, STEPS.replace("2. Press the red lever.\n", ""), True),
        (STEPS.replace("1.", "-").replace("2.", "-").replace("3.", "-"), "Do this [1]:\n\n- Open Settings.\n", True),
        (f"{FINE} Or so. {STEPS}", FINE, True),
        (f"{FINE} It costs €9 [1]. Open Settings [1].", f"{FINE} Open Settings [1].", False),
        (f"{FINE} It costs €9 [1]. And €8 [1].", FINE, True),
        (f"{FINE} {FINE}\n\n1. Pull a lever.\n2. Pull another.", f"{FINE} {FINE}", False),
    ],
)
def test_a_text_is_gutted_when_steps_between_others_or_most_of_it_are_gone(text, left, gutted):
    assert is_gutted(text, left) is gutted
