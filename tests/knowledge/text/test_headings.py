import pytest

from knowledge.text.headings import Slugger, explicit_id


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("How to enable 2FA", "how-to-enable-2fa"),
        ("What's new?", "whats-new"),
        ("Sync & export", "sync--export"),
        ("`invalid_grant` error", "invalid_grant-error"),
        ("GET /api/v1/sites", "get-apiv1sites"),
        ("Überblick – Preise", "überblick--preise"),
    ],
)
def test_slugs_are_those_of_github(heading, slug):
    assert Slugger().slug(heading) == slug


def test_a_heading_that_occurs_again_is_numbered():
    slugger = Slugger()

    assert [slugger.slug(heading) for heading in ("Setup", "Setup", "Setup 1", "Setup")] == [
        "setup",
        "setup-1",
        "setup-1-1",
        "setup-2",
    ]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Google tag manager {#gtm}", ("Google tag manager", "gtm")),
        ("include.imports {#include.imports}", ("include.imports", "include.imports")),
        ("Newer MDX {/* #mdx */}", ("Newer MDX", "mdx")),
        ("Two factors {#2fa}", ("Two factors", "2fa")),
        ("Kramdown {: #kram .wide}", ("Kramdown", "kram")),
        ("Generated {#impl-A%3CB,+C%3E}", ("Generated", "impl-A%3CB,+C%3E")),
        ("Nothing {here}", ("Nothing {here}", None)),
    ],
)
def test_an_explicit_id_is_taken_off_the_heading(heading, expected):
    assert explicit_id(heading) == expected
