import pytest

from knowledge.loaders.front_matter import split_front_matter


def test_fields_and_text_are_told_apart():
    assert split_front_matter("---\ntitle: Plans\n---\nText") == ({"title": "Plans"}, "Text")


@pytest.mark.parametrize(
    "source", ["Text", "---\n\nA rule, no fields\n\n---\nText", "---\n- a list\n---\nText", "---\nopen"]
)
def test_what_is_no_front_matter_stays(source):
    assert split_front_matter(source) == ({}, source)


def test_broken_yaml_still_gives_its_plain_lines():
    fields, text = split_front_matter('---\ntitle: Plans: all of them\ntags: [a, "b\n---\nText')

    assert (fields["title"], text) == ("Plans: all of them", "Text")
