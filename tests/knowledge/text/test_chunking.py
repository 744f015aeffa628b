import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text.chunking import chunk
from knowledge.text.markdown import Kind, blocks
from knowledge.text.searchable import searchable_text

MOST_TOKENS = 220
WORD = re.compile(r"\w+|[^\w\s]")


def count(text: str) -> int:
    return len(WORD.findall(text))


def sentences(number: int, about: str = "Refunds") -> str:
    return " ".join(f"{about} take number{index} working days after we received them." for index in range(number))


LONG = sentences(40)


def test_a_section_knows_its_path_and_anchor():
    (piece,) = chunk("Billing", f"# Billing\n\n## Refunds\n\n### How long?\n\n{sentences(4)}", count, MOST_TOKENS)

    assert (piece.headings, piece.anchor) == (("Billing", "Refunds", "How long?"), "how-long")


def test_an_explicit_id_is_the_anchor_and_no_part_of_the_heading():
    (piece,) = chunk("Stats", f"## Include <Optional /> {{#include}}\n\n{sentences(4)}", count, MOST_TOKENS)

    assert (piece.headings[-1], piece.anchor) == ("Include <Optional />", "include")


def test_anchors_of_equal_headings_differ():
    pieces = chunk("A", f"## Setup\n\n{sentences(5)}\n\n## Setup\n\n{sentences(5)}", count, MOST_TOKENS)

    assert [piece.anchor for piece in pieces] == ["setup", "setup-1"]


def test_a_comment_in_code_is_no_heading():
    (piece,) = chunk("Install", f"{sentences(3)}\n\n```sh\n# install it\npip install it\n```", count, MOST_TOKENS)

    assert "# install it" in piece.text
    assert piece.headings == ("Install",)


def test_headings_without_text_are_left_out():
    assert chunk("Title", "# Title\n\n## Empty\n\n### Empty, too", count, MOST_TOKENS) == []


def test_long_prose_is_cut_between_sentences():
    pieces = chunk("Refunds", LONG, count, MOST_TOKENS)

    assert len(pieces) > 1
    assert all(piece.text.endswith(".") for piece in pieces)


def test_a_code_block_stays_whole_when_it_fits():
    code = "```python\n" + "\n".join(f"value_{index} = {index}" for index in range(40)) + "\n```"

    pieces = chunk("Code", f"{LONG}\n\n{code}", count, MOST_TOKENS)

    assert any(code in piece.text for piece in pieces)


def test_a_code_block_that_is_too_long_is_fenced_in_every_part():
    code = "~~~sql title=x\n" + "\n".join(f"select {index} from table_{index};" for index in range(200)) + "\n~~~"

    pieces = chunk("Code", code, count, MOST_TOKENS)

    assert len(pieces) > 1
    assert all(piece.text.startswith("~~~sql title=x\n") and piece.text.endswith("\n~~~") for piece in pieces)


def test_a_long_table_repeats_its_header():
    rows = "\n".join(f"| Plan {index} | {index} euro a month for a small team |" for index in range(60))

    pieces = chunk("Plans", f"| Plan | Price |\n|---|---|\n{rows}", count, MOST_TOKENS)

    assert len(pieces) > 1
    assert all(piece.text.startswith("| Plan | Price |\n|---|---|\n| Plan ") for piece in pieces)


def test_a_row_that_is_too_long_names_the_column_of_each_cell():
    pieces = chunk("Plans", f"| Plan | Terms |\n|---|---|\n| Team | {LONG} |", count, MOST_TOKENS)

    assert pieces[0].text.startswith("Plan: Team")
    assert "Terms: Refunds take" in pieces[0].text


def test_a_list_is_cut_between_its_items():
    items = "\n".join(f"{number}. Step {number}: {sentences(2)}" for number in range(1, 20))

    pieces = chunk("Steps", items, count, MOST_TOKENS)

    assert len(pieces) > 1
    assert all(re.match(r"\d+\. Step", piece.text) for piece in pieces)


def test_an_item_that_is_too_long_keeps_the_code_inside_it_fenced():
    code = "\n".join(f"    call_{index}();" for index in range(100))

    pieces = chunk("Steps", f"- Run this:\n\n    ```js\n{code}\n    ```", count, MOST_TOKENS)

    assert all(piece.text.count("```") % 2 == 0 for piece in pieces)


def test_tiny_siblings_are_merged_under_their_parent():
    (piece,) = chunk("Plans", "# Plans\n\n## Free\n\nOne site.\n\n## Team\n\nTen sites.", count, MOST_TOKENS)

    assert piece.headings == ("Plans",)
    assert piece.text == "**Free**\n\nOne site.\n\n**Team**\n\nTen sites."


def test_sections_of_different_parents_are_never_merged():
    pieces = chunk("A", "# A\n\n## B\n\n### C\n\nTiny.\n\n## D\n\n### E\n\nTiny, too.", count, MOST_TOKENS)

    assert [piece.headings for piece in pieces] == [("A", "B", "C"), ("A", "D", "E")]


def test_a_sentence_that_only_introduces_goes_with_what_it_introduces():
    pieces = chunk("A", f"# A\n\n## Setup\n\nFollow these steps.\n\n### First\n\n{sentences(6)}", count, MOST_TOKENS)

    assert [piece.headings for piece in pieces] == [("A", "Setup")]


def test_a_reference_link_is_whole_without_its_definition():
    (piece,) = chunk("A", f"{sentences(3)} See [the plans][p].\n\n[p]: https://example.com/plans", count, MOST_TOKENS)

    assert "[the plans](https://example.com/plans)" in piece.text


def test_one_endless_word_does_not_pass_as_one_token():
    pieces = chunk("Key", "x" * 50_000, lambda text: len(text.split()), MOST_TOKENS)

    assert max(len(piece.text) for piece in pieces) < 5_000


def test_an_overlong_heading_path_leaves_room_for_the_text():
    deep = "\n\n".join(f"{'#' * level} {'Very long heading words ' * 12}{level}" for level in range(1, 7))

    pieces = chunk("T" * 300, f"{deep}\n\n{LONG}", count, MOST_TOKENS)

    assert all(piece.tokens <= MOST_TOKENS for piece in pieces)
    assert sum(len(piece.text) for piece in pieces) > len(LONG) * 0.9


def test_a_passage_is_of_the_page_it_begins_on():
    pages = [f"# Guide\n\n{sentences(20)}", f"{sentences(9)}\n\n- one", f"- two\n\n## End\n\n{sentences(9)}"]
    starts = [0, len(pages[0]) + 2, len(pages[0]) + len(pages[1]) + 4]

    pieces = chunk("Guide", "\n\n".join(pages), count, MOST_TOKENS, starts)

    found = [(piece.headings[-1], piece.page) for piece in pieces]
    assert found == [("Guide", 1), ("Guide", 2), ("End", 3)]


def test_a_document_without_pages_has_no_page():
    (piece,) = chunk("Guide", sentences(4), count, MOST_TOKENS)

    assert piece.page is None


words = st.text("abcdefghij", min_size=1, max_size=12)
prose = st.lists(words, min_size=1, max_size=80).map(" ".join)
item_list = st.lists(prose, min_size=1, max_size=8).map(lambda items: "\n".join(f"- {item}" for item in items))
code_block = st.lists(prose, max_size=30).map(lambda lines: "\n".join(["```", *lines, "```"]))
heading = st.tuples(st.integers(1, 4), words).map(lambda pair: f"{'#' * pair[0]} {pair[1]}")
table = st.lists(st.tuples(prose, words), min_size=1, max_size=20).map(
    lambda rows: "\n".join(["| aa | bb |", "|---|---|", *(f"| {one} | {two} |" for one, two in rows)])
)
documents = st.lists(st.one_of(prose, item_list, code_block, heading, table), max_size=12).map("\n\n".join)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_no_word_is_lost_and_no_limit_broken(markdown):
    pieces = chunk("title", markdown, count, MOST_TOKENS)

    text_words = {
        word for block in blocks(markdown) if block.kind is not Kind.HEADING for word in re.findall(r"\w+", block.text)
    }
    assert text_words <= set(re.findall(r"\w+", " ".join(piece.text for piece in pieces)))
    assert all(count(searchable_text(piece.headings, piece.text)) == piece.tokens <= MOST_TOKENS for piece in pieces)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all_can_be_chunked(markdown):
    assert all(piece.text.strip() for piece in chunk("title", markdown, count, MOST_TOKENS))


HOSTILE = {
    "brackets": "[" * 10_000,
    "images": "![" * 5_000,
    "quotes": "> " * 2_000 + LONG,
    "lists": "- " * 2_000 + LONG,
    "backticks": "`" * 10_000,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markdown_takes_no_time(hostile):
    chunk("title", hostile, count, MOST_TOKENS)
