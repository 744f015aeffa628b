from hypothesis import given
from hypothesis import strategies as st

from chat.llm.extraction import pieces, quoted
from chat.llm.selection import chosen
from chat.records import Source

PAGE = """Refunds take a while. They reach your card in ten days. Ask your bank after that.

To ask for one:

1. Open Billing.
2. Choose the invoice.
3. Choose Refund.

Something else that nobody asked about stands here."""
SOURCES = [Source(number=number, kind="document", title="Refunds", text="") for number in (1, 2, 3)]
ALL = pieces(0, PAGE)


def taken(scores: dict[str, float], room: int = 100) -> list[str]:
    """What is chosen when the pieces with these fragments score so much, and the others nothing."""
    worth = [next((score for part, score in scores.items() if part in piece.text), 0.0) for piece in ALL]
    return [piece.text for piece in chosen(ALL, worth, SOURCES, room)]


def test_the_best_piece_is_taken_and_what_is_worth_little_is_not():
    assert taken({"ten days": 0.6, "nobody asked": 0.2}) == ["They reach your card in ten days."]


def test_steps_are_taken_together_with_what_introduces_them():
    assert taken({"Choose Refund": 0.6}) == [
        "To ask for one:",
        "1. Open Billing.",
        "2. Choose the invoice.",
        "3. Choose Refund.",
    ]


def test_an_introduction_brings_what_it_introduces():
    assert taken({"To ask for one": 0.6})[1:] == ["1. Open Billing.", "2. Choose the invoice.", "3. Choose Refund."]


def test_what_does_not_fit_makes_room_for_what_does():
    assert taken({"Choose Refund": 0.6, "ten days": 0.5}, room=9) == ["3. Choose Refund."]
    assert taken({"Choose Refund": 0.6, "ten days": 0.5}, room=3) == []


def test_an_introduction_of_what_has_no_room_is_left_out():
    assert taken({"To ask for one": 0.6}, room=7) == []


@given(
    st.lists(st.text(alphabet="ab .:\n|-`1", max_size=120), min_size=1, max_size=3),
    st.integers(min_value=0, max_value=60),
    st.randoms(),
)
def test_it_is_never_longer_than_its_room(texts, room, random):
    found = [piece for number, text in enumerate(texts) for piece in pieces(number, text)]
    selected = chosen(found, [random.random() for _ in found], SOURCES, room)

    assert sum(len(text.split()) for text in quoted(selected, SOURCES)) <= room
