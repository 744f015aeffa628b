from dataclasses import dataclass, replace

from knowledge.retrieval.ranking import MOST_PER_DOCUMENT, distinct, joined_neighbours


@dataclass
class Found:
    document_id: int
    text: str


def test_a_near_duplicate_of_a_better_passage_is_dropped():
    original = Found(1, "Refunds take five working days after we received the parcel at our warehouse in Hamburg.")
    copy = Found(2, "Refunds take five working days after we received the parcel, at our warehouse in Hamburg!")

    assert list(distinct([original, copy])) == [original]


def test_one_document_does_not_push_out_the_others():
    long_page = [Found(1, f"Paragraph {word} of the long page") for word in ("one", "two", "three", "four", "five")]
    other = Found(2, "Another page")

    assert list(distinct([*long_page, other])) == [*long_page[:MOST_PER_DOCUMENT], other]


@dataclass
class Placed:
    section: str
    position: int
    text: str

    def with_text(self, text):
        return replace(self, text=text)


def test_neighbours_in_one_section_are_joined_as_they_read_in_the_place_of_the_best():
    found = [Placed("a", 3, "three"), Placed("b", 4, "other"), Placed("a", 2, "two"), Placed("a", 7, "seven")]

    assert joined_neighbours(found) == [
        Placed("a", 3, "two\n\nthree"),
        Placed("b", 4, "other"),
        Placed("a", 7, "seven"),
    ]
