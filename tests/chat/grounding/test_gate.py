import sys
from itertools import pairwise
from time import process_time
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.grounding import ValueGate

SOURCE = (
    "A refund takes 5 to 10 business days. It was sent on 12 March 2026. Team costs €29.00 per month. Call "
    "+49 30 1234 5678 90."
)


def shown(text: str, *cuts: int) -> str:
    gate = ValueGate([SOURCE])
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return "".join([gate.feed(text[a:b]) for a, b in pairwise(edges)] + [gate.close()])


@pytest.mark.parametrize(
    "text",
    [
        SOURCE,
        "Es wurde am 12. März 2026 gesendet [1]. Team kostet 29,00 € [2, 3].",
        "1. Wait 5–10 days [1].\n2. Call +49 30 1234 5678 90.\n\n```\nrun 29\n```\n",
        "El 12 de marzo de 2026, 29 euros.",
        "返金は5日から10日かかります。",
        "No numbers at all, “quoted” and *strong*.  \n",
    ],
)
def test_what_the_sources_have_is_shown(text):
    assert shown(text) == text
    assert shown(text, *range(len(text))) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("It takes 3 days or more [1]. Then it is there.", "It takes Then it is there."),
        ("It costs €99. [1] It is fast.", "It costs It is fast."),
        ("It costs €99. [1, 2]\n\nIt is fast.", "It costs\n\nIt is fast."),
        ("- Fine\n- €99 a month\n- Fast", "- Fine\n-\n- Fast"),
        ("It was sent on 13 March.", "It was sent on"),
        ("Wait seven days, please.", "Wait"),
        ("See https://evil.example/?q=1 now.", "See"),
        ("Mail me@evil.example now.", "Mail"),
        ("Run it with --force now.", "Run it with"),
        ("Call +49 30 1234 5678 91 now.", "Call"),
        ("It costs ٩٩ euros.", "It costs"),
        ("It is free for all. Fine.", "It is Fine."),
        ("It has six seats.", "It has"),
        ("It has unlimited seats.", "It has"),
        ("It costs €29 per year.", "It costs"),
    ],
)
def test_a_value_no_source_has_is_withheld_with_the_rest_of_its_sentence(text, seen):
    assert shown(text) == seen
    assert shown(text, *range(len(text))) == seen


def test_words_pass_at_once_and_a_value_when_it_is_whole():
    gate = ValueGate([SOURCE])

    assert gate.feed("A refund takes ") == "A refund takes"
    assert gate.feed("5 to 10") == ""
    assert gate.feed(" business days, as") == " 5 to"
    assert gate.feed(" said before") == " 10 business days, as said"


def test_what_a_tool_has_found_may_be_said_from_then_on():
    gate = ValueGate([SOURCE])
    gate.add(["Order O-7 costs €77."])

    assert gate.feed("It costs €77.") + gate.close() == "It costs €77."


answer = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *[" ", " ", "\n", ". ", "€", "29", "99", "12", " March ", "[1]", "[1, 2]", "two", " days", "-", "日"],
                *[
                    "hundred",
                    "dozen",
                    " half ",
                    "six ",
                    "the ",
                    "ways",
                    "free",
                    " not ",
                    "feel ",
                    " to",
                    " no ",
                    "limit",
                ],
                *[" per ", "month", " yearly", " a ", "seat", " ago", " price", "cost", " nothing"],
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=25,
).map("".join)


@given(answer, st.lists(st.integers(0, 80), max_size=10))
def test_how_the_text_is_cut_into_deltas_changes_nothing(text, cuts):
    assert shown(text, *cuts) == shown(text)


@given(answer)
def test_only_what_was_written_is_shown_in_its_order(text):
    rest = iter(text)

    assert all(any(character == other for other in rest) for character in shown(text))


@given(answer)
@example(" March . 29A")
@example(" March 29日")
def test_with_all_values_in_the_sources_everything_is_shown(text):
    gate = ValueGate([text])

    assert gate.feed(text) + gate.close() == text


def test_a_token_costs_far_less_than_a_millisecond():
    gate = ValueGate([SOURCE])
    started = process_time()
    for _ in range(200):
        for delta in ("A refund", " takes", " 5", " to", " 10", " business", " days [1]. It costs", " €29", ".00."):
            gate.feed(delta)

    assert (process_time() - started) / 1800 < 0.001


@pytest.mark.parametrize("piece", ["14 ", "1 a ", "1. ", "no 1 ", "1\u00a0"])
def test_a_word_has_few_numbers_read_however_long_the_text_is(piece):
    read = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal read
        read += event == "call" and frame.f_code.co_name == "_value_at"

    gate, words = ValueGate([piece]), 500
    sys.setprofile(count)
    gate.feed(piece * words)
    sys.setprofile(None)

    assert words < read < 15 * words


def test_spaces_that_come_one_by_one_are_read_before_anybody_notices():
    gate = ValueGate([SOURCE])
    started = process_time()
    for _ in range(10_000):
        gate.feed(" ")

    assert process_time() - started < 1
