import pytest

from knowledge.sources.patterns import Patterns


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("guides/**", "guides/a/b.md", True),
        ("guides/**", "/guides/", True),
        ("guides/**", "guidesbook", False),
        ("/guides/*", "guides/a.md", True),
        ("/guides/*", "guides/a/b.md", False),
        ("guides/", "guides/a/b.md", True),
        ("**/*.md", "a.md", True),
        ("**/*.md", "a/b/c.md", True),
        ("**/*.md", "a/b/c.html", False),
        ("**/api/**", "v2/api/x", True),
        ("page?.md", "page1.md", True),
        ("page?.md", "page/.md", False),
        ("a+b.md", "aab.md", False),
    ],
)
def test_a_pattern_means_what_people_expect(pattern, path, matches):
    assert Patterns(pattern, "").match(path) is matches


def test_exclusion_wins_and_nothing_means_everything():
    assert Patterns("", "").match("a/b")
    assert Patterns("guides/**\n\nfaq", "guides/old/**").match("faq")
    assert not Patterns("guides/**", "guides/old/**").match("guides/old/a")
