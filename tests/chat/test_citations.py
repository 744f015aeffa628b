from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.citations import CitationWriter, quote
from chat.records import Source

SOURCES = (
    Source(
        1, "document", "Refunds › How long", "We send refunds at once. They take 5 to 10 days.", "/docs/refunds/#long"
    ),
    Source(2, "account", "Your subscription", "Your plan is Team."),
    Source(3, "ticket", "Ticket T-1", "We refunded €29.00."),
)


def written(*deltas: str) -> CitationWriter:
    writer = CitationWriter(SOURCES)
    for delta in deltas:
        writer.feed(delta)
    writer.close()
    return writer


def test_numbers_are_renumbered_by_first_appearance():
    writer = written("It was refunded [3]. It takes days [1], as said [3].")

    assert writer.text == "It was refunded [1]. It takes days [2], as said [1]."
    assert [(cited.number, cited.kind) for cited in writer.citations] == [(1, "ticket"), (2, "document")]


def test_numbers_that_were_not_handed_out_are_dropped():
    writer = written("True [9] and [1].")

    assert writer.text == "True  and [1]."
    assert len(writer.citations) == 1


def test_zero_says_that_the_sources_do_not_answer():
    writer = written("[0] I could not find that.")

    assert writer.unknown
    assert writer.text == "I could not find that."


def test_a_half_streamed_marker_is_held_back():
    writer = CitationWriter(SOURCES)

    assert writer.feed("Days [") == "Days "
    assert writer.feed("1") == ""
    assert writer.feed("] long") == "[1] long"


@pytest.mark.parametrize(
    "marker",
    [
        *("[1][3]", "[1, 3]", "[1,3]", "[1; 3]", "[ 1 , 3 ]", "[1 and 3]", "[1]【3】", "【1】【3†source】", "【1】[3]"),
        *("[^1][^3]", "[^1^][3]", "[source 1][Source: 3]", "[sources 1, 3]", "[doc 1, doc 3]", "[Quellen 1 und 3]"),
        *("[1](https://made.up/page)[3]", "[Source 1](refunds.md)[3]"),
    ],
)
def test_markers_are_read_however_models_write_them(marker: str):
    for pieces in ([marker], list(marker)):
        assert written("Both ", *pieces, ".").text == "Both [1][2]."


def test_a_range_of_numbers_is_each_of_them():
    assert written("All [1-3].").text == "All [1][2][3]."


@pytest.mark.parametrize(
    "text", ["It (1) is.", "A [note] here", "[Refunds 1]", "[2024]", "[1.5]", "[1/2]", "[x1]", "[-]", "![]"]
)
def test_what_is_no_marker_stays_text(text: str):
    assert written(text).text == text


def test_an_index_in_a_sentence_is_no_verdict():
    assert not written("Take items[0] [1].").unknown


def test_sources_may_come_while_the_answer_is_written():
    writer = CitationWriter(SOURCES[:1])

    writer.feed("Known [1]. ")
    writer.add([Source(9, "account", "Order O-1", "It was sent.")])
    writer.feed("Found [9].")
    writer.close()

    assert writer.text == "Known [1]. Found [2]."
    assert writer.citations[1].title == "Order O-1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See [the page](https://evil.example/?q=secret).", "See the page."),
        ("See [the page](https://docs.example/refunds).", "See [the page](https://docs.example/refunds)."),
        ("![Chart](https://docs.example/refunds)!", "Chart!"),
        ("![x](https://evil.example/?q=secret)", "x"),
        ("[x](javascript:alert(1)) [y](card.md)", "x y"),
        ('[x](https://evil.example "title") ok', "x ok"),
        ("`[x](https://evil.example)`", "`[x](https://evil.example)`"),
        ("Wow! [x](y", "Wow! [x](y"),
        ("[![x](https://evil.example/x.png)](https://evil.example)", "[x]"),
        ("[two\nlines](https://evil.example)", "[two\nlines]"),
        ("[x](https://docs.example/)", "x"),
    ],
)
def test_a_link_is_only_its_words_unless_a_document_has_its_address(text: str, shown: str):
    source = Source(1, "document", "Refunds", "See https://docs.example/refunds and [card](card.md).")
    for pieces in ([text], list(text)):
        writer = CitationWriter([source])
        for piece in pieces:
            writer.feed(piece)
        writer.close()

        assert writer.text == shown


@pytest.mark.parametrize("kind", ["account", "ticket"])
def test_an_address_that_only_the_record_has_is_no_link(kind):
    writer = CitationWriter([Source(1, kind, "Ticket T-1", "Sign in at https://evil.example/ again.")])

    assert writer.feed("Please [sign in](https://evil.example/) [1]. ") + writer.close() == "Please sign in [1]. "


CODE = [
    *("`a[1]`", "```\nb = a[1]\n```", "~`a[1]`", "``a ` b[1]``", "```\na[1]\n~~~\nb[1]\n````"),
    *("\n\n~~~py\na[1]\n```\nb[1]\n~~~", "\n\n    a[1]\n\n    b[1]", "\n\n\ta[1]", "\n- x\n  ```\n  a[1]\n  ```"),
    *("\n> ```\n> a[1]\n> ```", "```\nopen[1]"),
]


@pytest.mark.parametrize("code", CODE)
def test_code_is_left_alone(code: str):
    assert written(*f"Use {code}").citations == ()
    writer = written(f"Use {code}")

    assert writer.text == f"Use {code}"
    assert writer.citations == ()


@pytest.mark.parametrize(
    "text",
    [
        "```\na\n```\nThen [1].",
        "~~~\na\n~~~\nThen [1].",
        "1. Do\n\n    more [1]",
        "- a\n    - b [1]",
        "a\n    goes on [1]",
        "```a``` then [1]",
        "\n\n    code\n\nThen [1].",
    ],
)
def test_what_stands_beside_code_is_cited(text: str):
    assert len(written(*text).citations) == 1


def test_an_unclosed_backtick_does_not_swallow_the_rest():
    assert len(written("Press ` twice.\nThen wait [1].").citations) == 1


@given(st.text(alphabet="a [`]1,0\n!()^-~【】 \t", max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_how_the_text_is_cut_into_deltas_changes_nothing(text: str, cuts: list[int]):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]

    assert written(*pieces).text == written(text).text


@given(st.lists(st.text(alphabet="ab [1]`\n", max_size=10), max_size=8))
def test_what_was_shown_is_what_is_stored(deltas: list[str]):
    writer = CitationWriter(SOURCES)

    shown = "".join([writer.feed(delta) for delta in deltas] + [writer.close()])

    assert shown == writer.text


@pytest.mark.parametrize("piece", ["`", "[1] ", "> ", "1. ", "["])
def test_a_hostile_text_is_read_before_anybody_notices(piece: str):
    started = process_time()

    CitationWriter().feed(piece * (20_000 // len(piece)) + "[1]" * 500)

    assert process_time() - started < 0.6


def test_the_quote_is_the_sentence_the_claim_rests_on():
    (cited,) = written("Refunds take up to ten days [1].").citations

    assert cited.quote == "They take 5 to 10 days."
    assert cited.url == "/docs/refunds/#long"


def test_the_quote_of_a_whole_paragraph_is_not_its_last_word():
    ticket = Source(1, "ticket", "T", "We refunded €29.00 to your [card](cards.md) on Friday. Sorry! Ines")
    writer = CitationWriter((ticket,))

    writer.feed("We refunded €29.00 to your card on Friday. Sorry! Ines [1]")
    writer.close()

    assert writer.citations[0].quote == "We refunded €29.00 to your card on Friday."


def test_a_long_quote_is_cut_at_a_word():
    assert quote("word " * 100, "word").endswith("word…")


def test_a_quote_is_one_sentence_where_no_space_follows_it():
    assert quote("退款需要五天。钱会回到您的卡上。", "钱会回到您的卡上") == "钱会回到您的卡上。"
