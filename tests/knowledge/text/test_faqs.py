import re

import pytest

from knowledge.text.chunking import chunk
from knowledge.text.faqs import entries, is_question
from knowledge.text.markdown import blocks

WORD = re.compile(r"\w+|[^\w\s]")


def cut(markdown: str) -> list[tuple[str, str]]:
    """The last heading and the text of every passage."""
    pieces = chunk("Help", markdown, lambda text: len(WORD.findall(text)), 220)
    return [(piece.headings[-1], piece.text) for piece in pieces]


@pytest.mark.parametrize("text", ["Why?", "**Why?**", "Why (and how)?", "“Why?”", "なぜ？", "Why *now?*"])
def test_a_question_ends_in_its_mark(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["Why", "", "What? No.", "https://example.com/?a=b"])
def test_anything_else_is_none(text):
    assert not is_question(text)


FAQS = {
    "headings": "## How long?\n\nFive days.\n\n## Who pays?\n\nWe do.",
    "bold paragraphs": "**How long?**\n\nFive days.\n\n**Who pays?**\n\nWe do.",
    "bold lines": "**How long?**\nFive days.\n\n__Who pays?__ We do.",
    "numbered": "**1. How long?**\n\nFive days.\n\n**2) Who pays?**\n\nWe do.",
    "Q and A": "Q: How long?\nA: Five days.\n\nQ: Who pays?\n\nA: We do.",
    "bold Q and A": "**Q1:** How long?\n\n**A1:** Five days.\n\n**Q: Who pays?**\n\n**A:** We do.",
    "definitions": "How long?\n: Five days.\n\nWho pays?\n: We do.",
    "items": "1. How long?\n   Five days.\n2. **Who pays?** We do.",
    "loose items": "- **How long?**\n\n  Five days.\n\n- **Who pays?**\n\n  We do.",
    "table": "| No. | Question |\n| --- | --- |\n| Five days. | How long? |\n| We do. | Who pays? |",
}


@pytest.mark.parametrize("faq", FAQS.values(), ids=FAQS.keys())
def test_every_question_is_a_passage_of_its_own(faq):
    assert cut(faq) == [("How long?", "Five days."), ("Who pays?", "We do.")]


def test_what_stands_before_the_questions_and_below_them_is_kept():
    faq = "All about money.\n\n**How long?**\n\nFive days:\n\n- cards\n- transfers\n\n**Who pays?**\n\nWe do."

    assert cut(faq) == [
        ("Help", "All about money."),
        ("How long?", "Five days:\n\n- cards\n- transfers"),
        ("Who pays?", "We do."),
    ]


def test_columns_beside_the_answer_keep_their_names():
    table = "| Question | Answer | Plan |\n| --- | --- | --- |\n| How? | So. | Team |\n| Why? | Thus. | |"

    assert cut(table) == [("How?", "So.\n\nPlan: Team"), ("Why?", "Thus.")]


def test_questions_under_a_heading_have_its_anchor_and_path():
    pieces = chunk("Help", "## Money\n\n**How?**\n\nSo.\n\n**Why?**\n\nThus.", len, 2200)

    assert [(piece.headings, piece.anchor) for piece in pieces] == [
        (("Help", "Money", "How?"), "money"),
        (("Help", "Money", "Why?"), "money"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "**Need help?** Write to us.\n\nWe answer soon.",
        "Q1: revenue rises.\n\nQ2: it falls.",
        "**Note**\n\nText.\n\n**Mind**\n\nText.",
        "- one\n- **Why?** So.\n- three",
        "| Plan | Price |\n| --- | --- |\n| Team? | 5 |\n| Free? | 0 |",
    ],
)
def test_what_is_no_list_of_questions_is_left_alone(text):
    (entry,) = entries(blocks(text))

    assert (entry.question, list(entry.blocks)) == ("", blocks(text))


def test_no_question_is_lost_that_has_no_answer():
    assert cut("**How long?**\n\n**How much?**\n\nA lot.\n\n**Who?**\n\nWe.\n\n**When?**") == [
        ("How long? How much?", "A lot."),
        ("Who?", "We."),
        ("Help", "When?"),
    ]


def test_sections_that_belong_to_one_question_may_be_merged():
    assert cut("## How long?\n\n### Cards\n\nFive.\n\n### Transfers\n\nTen.\n\n## Why?\n\nSo.") == [
        ("How long?", "**Cards**\n\nFive.\n\n**Transfers**\n\nTen."),
        ("Why?", "So."),
    ]


def test_an_answer_that_is_long_is_cut_under_its_question():
    answer = "It takes some days until the money is there. " * 60

    pieces = cut(f"**How long?**\n\n{answer}\n\n**Why?**\n\nSo.")

    assert [question for question, _ in pieces] == ["How long?"] * (len(pieces) - 1) + ["Why?"]


@pytest.mark.parametrize("hostile", ["**", "Q: ?\n", "**a?**\n\n", "- **", "|?", "__?__ "])
def test_hostile_text_takes_no_time(hostile):
    cut(hostile * (40_000 // len(hostile)))
