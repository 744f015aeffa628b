from time import monotonic

import pytest

from knowledge.loaders.front_matter import LONGEST_BLOCK, split_front_matter, text_field


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


LAUGHS = "a0: &a0 {x: 1}\n" + "".join(f"a{n + 1}: &a{n + 1}\n  <<: [*a{n}, *a{n}]\n" for n in range(40))


@pytest.mark.parametrize(
    "block",
    ["a: " + "[" * 30_000, "a: " + "[" * 5000 + "]" * 5000, LAUGHS, "a: !!bool x", "a: !!int ''", "a: !!timestamp x"],
    ids=["open", "deep", "aliases", "no bool", "no number", "no date"],
)
def test_fields_that_cannot_be_had_leave_the_plain_ones(block):
    fields, text = split_front_matter(f"---\ntitle: Plans\n{block}\n---\nText")

    assert (fields["title"], text) == ("Plans", "Text")


def test_a_block_that_is_no_front_matter_for_its_size_is_not_parsed():
    source = "---\n" + "- line: [a, b]\n" * 700_000 + "---\nText"
    began = monotonic()

    assert len(source) > LONGEST_BLOCK
    assert split_front_matter(source) == ({}, source)
    assert monotonic() - began < 1


@pytest.mark.parametrize(("value", "text"), [('"a\\ud800b"', "ab"), ("0x" + "f" * 9000, ""), ("12", "12")])
def test_what_is_no_text_is_left_out(value, text):
    assert text_field(split_front_matter(f"---\nslug: {value}\n---\n")[0], "slug") == text
