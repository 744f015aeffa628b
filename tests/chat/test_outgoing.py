import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.outgoing import OutgoingText, citable_text
from chat.records import Source

SOURCES = (
    Source(1, "document", "Refunds", "A refund takes 5 to 10 days. See https://docs.example/refunds."),
    Source(2, "account", "Order O-1", "It was sent.", as_of=datetime(2026, 3, 12, 14, 5, tzinfo=UTC)),
)
# In each of them something would be fetched, run, followed or hidden if it were believed.
PAYLOADS: list[str] = json.loads((Path(__file__).parents[1] / "payloads.json").read_text())


def outgoing(text: str, *cuts: int) -> OutgoingText:
    out = OutgoingText(SOURCES)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    shown = "".join([out.feed(text[a:b]) for a, b in pairwise(edges)] + [out.close()])
    assert shown == out.text
    return out


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_address_leaves_that_no_source_has(payload):
    for cuts in ((), range(len(payload) + 20)):
        shown = outgoing(f"See {payload} now [1].", *cuts).text

        assert "evil" not in shown
        assert "secret" not in shown
        assert not re.search(r"\]\(.*\)", shown)


def test_an_address_of_a_source_may_be_given():
    text = "See https://docs.example/refunds or [the page](https://docs.example/refunds) [1]."

    assert outgoing(text).text == text


def test_what_is_withheld_is_not_cited():
    out = outgoing("It costs €99 [1]. It was sent [2].")

    assert out.text == "It costs It was sent [1]."
    assert [cited.title for cited in out.citations] == ["Order O-1"]
    assert out.written == "It costs €99 [1]. It was sent [2]."


def test_when_a_record_was_read_may_be_said():
    assert outgoing("As of 12 March, 14:05, it was sent [2].").text == "As of 12 March, 14:05, it was sent [1]."
    assert citable_text(SOURCES[1]) == "Order O-1\nIt was sent.\n2026-03-12 14:05"


def test_a_family_stays_together_and_hidden_characters_go():
    assert (
        outgoing("Hi 👨\u200d👩\u200d👧, re\u200bfunds \u202e[1].", *range(30)).text
        == "Hi 👨\u200d👩\u200d👧, refunds �[1]."
    )


def test_what_a_tool_has_found_may_be_said_and_cited():
    out = OutgoingText(SOURCES)
    out.add([Source(3, "account", "Order O-7", "It costs €77.00.")])

    assert out.feed("It costs €77 [3].") + out.close() == "It costs €77 [1]."


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*PAYLOADS, "[1]", " 5 days. ", "`", "```\n", "\n", "[", "](", "€9"]), st.text(max_size=4)
        )
    ).map("".join),
    st.lists(st.integers(0, 200), max_size=12),
)
def test_how_the_text_is_cut_into_deltas_changes_nothing(text, cuts):
    assert outgoing(text, *cuts).text == outgoing(text).text
