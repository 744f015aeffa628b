from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.differences import Part, difference

texts = st.lists(st.text("ab \t", max_size=6), max_size=12).map("\n".join)


def shown(before, after):
    marks = {"same": " ", "removed": "-", "added": "+", "skipped": "…"}
    return [
        marks[line.kind] + ("".join(part.text for part in line.parts) or str(line.skipped or ""))
        for line in difference(before, after)
    ]


def test_texts_that_are_alike_differ_in_nothing():
    assert difference("Same.\n", "Same.") == []


def test_changed_lines_stand_with_what_is_around_them():
    before = "\n".join(f"line {number}" for number in range(1, 11))

    assert shown(before, before.replace("line 5", "line five")) == [
        *("…1", " line 2", " line 3", " line 4", "-line 5", "+line five", " line 6", " line 7", " line 8", "…2")
    ]


def test_the_words_that_make_the_difference_are_marked():
    removed, added = difference("Refunds take five days.", "Refunds take ten days.")

    assert removed.parts == (Part("Refunds take "), Part("five", True), Part(" days."))
    assert added.parts == (Part("Refunds take "), Part("ten", True), Part(" days."))


@given(texts, texts)
def test_both_texts_can_be_read_from_their_difference(before, after):
    lines = difference(before, after)
    if not lines:
        assert before.splitlines() == after.splitlines()
    for kind, text, side in (("removed", before, "before"), ("added", after, "after")):
        numbered = {
            getattr(line, side): "".join(part.text for part in line.parts)
            for line in lines
            if line.kind in (kind, "same")
        }
        assert all(text.splitlines()[number - 1] == said for number, said in numbered.items())
