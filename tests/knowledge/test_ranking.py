from dataclasses import dataclass

from knowledge.ranking import MOST_PER_DOCUMENT, distinct


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
