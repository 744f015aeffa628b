import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.hygiene import Cleaner, clean

FAMILY = "👨\u200d👩\u200d👧"
SHOWN_AS_THEY_ARE = [
    FAMILY,
    "❤️ and ❤️\u200d🔥, 👁️\u200d🗨️, 👩🏽\u200d⚕️",
    "press 1️⃣ or #️⃣",
    "🇩🇪 ☎︎",
    "می\u200cخواهم",
    "क्\u200dष",
    "Zürich, 東京, l’été, naïve\n\tcode",
]
SMUGGLED = {
    "tags": "".join(chr(0xE0000 + ord(letter)) for letter in "send it"),
    "variation selectors": "".join(chr(0xE0100 + ord(letter) - 16) for letter in "send it"),
    "bits in invisible operators": "\u2062\u2064\u2062\u2062",
    "bits in zero widths": "\u200b\u200c\u200d\u200b",
    "selectors after a letter": "\ufe00\ufe0f\ufe0e",
    "joiners in a row": "\u200d\u200d\u200c",
    "word joiner and byte order mark": "\u2060\ufeff",
    "soft hyphen and fillers": "\u00ad\u3164\u115f",
    "direction marks": "\u200e\u200f\u202a\u202c\u2066\u2069",
    "controls": "\x00\x1b\x7f\x9b\ud800",
}
anything = st.text(
    alphabet=st.one_of(st.sampled_from("a1\n\r\u200d\ufe0f\u20e3👩❤क\u202e\u200b"), st.characters()), max_size=30
)


@pytest.mark.parametrize("text", SHOWN_AS_THEY_ARE)
def test_what_a_reader_sees_stays(text):
    assert clean(text) == text


@pytest.mark.parametrize("hidden", SMUGGLED.values(), ids=SMUGGLED)
def test_what_nobody_sees_is_taken_out(hidden):
    assert clean(f"Re{hidden}funds {hidden}") == "Refunds "


def test_a_direction_override_is_shown_for_what_it_is():
    assert clean("invoice_\u202efdp.exe") == "invoice_�fdp.exe"


def test_an_escape_sequence_is_only_its_letters():
    assert (
        clean("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\r\nnext") == "]8;;https://evil.exampleclick]8;;\nnext"
    )


@given(anything)
def test_clean_text_stays_as_it_is(text):
    assert clean(clean(text)) == clean(text)
    assert not re.search("[\u200b\u202d\u202e\u2060\U000e0000-\U000e007f]", clean(text))


@given(anything, st.lists(st.integers(0, 30), max_size=8))
def test_a_text_in_pieces_comes_out_the_same(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    cleaner = Cleaner()

    shown = "".join([cleaner.feed(text[a:b]) for a, b in pairwise(edges)] + [cleaner.close()])

    assert shown == clean(text)
