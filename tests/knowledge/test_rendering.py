import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from knowledge import rendering
from knowledge.loaders import load
from knowledge.rendering import render_answer, render_document, render_passage
from knowledge.text.chunking import chunk

DEMO_DOCUMENTS = Path(__file__).parents[2] / "supportbot" / "demo" / "documents"

ATTACKS: list[str] = json.loads((Path(__file__).parents[1] / "payloads.json").read_text())
COSTLY = [
    "[" * 20_000,
    "![" * 10_000,
    "<a " * 7_000,
    "*" * 20_000,
    "*a " * 7_000,
    "_a" * 10_000,
    "**a *a " * 3_000,
    "[a](" * 5_000,
    "[a](<" * 4_000,
    "[]" * 10_000,
    "~~a" * 7_000,
    "*_" * 10_000,
    ">" * 20_000,
    "".join("  " * depth + "- a\n" for depth in range(140)),
    "".join("`" * width + " " for width in range(200)),
    "|" * 10_000 + "\n" + "|-" * 5_000 + "\n",
    "|a|b|\n|-|-|\n" + "|a\n" * 6_000,
    "[a]: x\n" * 3_000,
    "a\n" * 10_000 + "=",
]


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def attributes(self, name: str) -> Iterator[str]:
        return (value or "" for _, attrs in self.found for key, value in attrs.items() if key == name)


def rendered(markdown: str) -> list[Elements]:
    return [
        Elements(html) for html in (render_document(markdown).html, render_passage(markdown), render_answer(markdown))
    ]


@pytest.mark.parametrize("markdown", ATTACKS)
def test_nothing_runs_and_nothing_is_loaded(markdown):
    allowed = {"href", "title", "id", "class", "rel", "start", "aria-label"}
    for elements in rendered(markdown):
        assert {tag for tag, _ in elements.found} <= rendering.BLOCKS | rendering.INLINE | set(rendering.HEADINGS)
        assert {name for _, attrs in elements.found for name in attrs} <= allowed
        assert {urlsplit(href).scheme for href in elements.attributes("href")} <= {"https", ""}


@pytest.mark.parametrize(
    "href", ["//evil.example", "https://good@evil.example", "ftp://a.example", "/console/", "x.md"]
)
def test_answers_link_only_to_whole_web_addresses(href):
    assert render_answer(f"[words]({href})") == "<p>words</p>\n"


def test_an_address_alone_is_text_in_an_answer():
    assert "<a" not in render_answer("See <https://a.example> and https://a.example now.")


def test_links_of_answers_pass_on_nothing():
    assert 'rel="noopener noreferrer nofollow"' in render_answer("[a](https://a.example)")


def test_answers_have_no_images_and_no_links_to_them():
    assert render_answer("![a chart](https://evil.example/?q=1)") == '<p><span class="image">a chart</span></p>\n'


def test_a_number_in_an_answer_is_no_link_whatever_it_says_about_it():
    html = render_answer("It is free [1].\n\n[1]: https://evil.example")

    assert html == "<p>It is free [1].</p>\n<p>[1]: https://evil.example</p>\n"


def test_an_image_of_a_document_is_a_link_with_its_description():
    html = render_document("![a chart](https://a.example/chart.png)").html

    assert '<a href="https://a.example/chart.png" rel="noopener">a chart</a>' in html


def test_tables_are_aligned_without_inline_styles():
    html = render_document("|a|\n|--:|\n|1|").html

    assert '<td class="align-right">1</td>' in html
    assert "style" not in html


def test_the_first_heading_is_the_title_and_not_repeated():
    page = render_document("# Refunds\n\nText.\n\n## When")

    assert page.title == rendering.Heading(1, "Refunds", "refunds")
    assert "<h1" not in page.html
    assert [heading.anchor for heading in page.contents] == ["when"]


def test_an_explicit_id_is_the_anchor_and_not_shown():
    page = render_document("Text.\n\n## When it *arrives* {#arrival}")

    assert '<h2 id="arrival">When it <em>arrives</em>' in page.html
    assert page.headings[0].text == "When it arrives"


@pytest.mark.parametrize("path", sorted(DEMO_DOCUMENTS.rglob("*.md")), ids=lambda path: path.stem)
def test_a_page_has_the_anchors_its_passages_link_to(path):
    loaded = load(path.read_bytes(), path.name, "markdown")

    page = render_document(loaded.markdown)

    ids = {heading.anchor for heading in (page.title, *page.headings) if heading}
    assert {piece.anchor for piece in chunk(loaded.title, loaded.markdown, lambda text: len(text) // 4, 220)} <= ids | {
        ""
    }


def test_odd_headings_get_the_anchors_their_passages_have():
    text = "A sentence that is long enough for a passage of its own, because short ones are put together. " * 3
    headings = [
        "# The *title*",
        "## Same",
        "> ## Same",
        "- ## Same",
        "## Same",
        "Under `line`\n---",
        "## [A](x.md) {#own.id}",
    ]
    markdown = "".join(f"{heading}\n\n{text}\n\n" for heading in headings)
    anchors = {piece.anchor for piece in chunk("", markdown, lambda text: len(text) // 4, 220)}

    html = render_document(f"Before.\n\n{markdown}").html

    assert anchors == {"the-title", "same", "same-1", "under-line", "own.id"}
    assert anchors <= set(Elements(html).attributes("id"))


def test_a_link_goes_where_the_resolver_says():
    html = render_document("[a](vat.md) [b](gone.md)", {"vat.md": "/docs/help/vat/"}.get).html

    assert '<a href="/docs/help/vat/" rel="noopener">a</a> b' in html


@pytest.mark.parametrize("markdown", COSTLY, ids=lambda markdown: markdown[:6])
def test_costly_input_is_shown_somehow(markdown):
    for elements in rendered(markdown):
        assert isinstance(elements.found, list)


def test_an_answer_is_cut_before_it_is_parsed():
    assert len(render_answer("a" * (rendering.LONGEST_ANSWER + 5_000))) < rendering.LONGEST_ANSWER + 100


def test_a_document_is_cut_at_a_line_and_says_so():
    page = render_document("A line of text.\n" * 20_000)

    assert page.is_cut
    assert len(page.html) <= rendering.LONGEST_DOCUMENT + 100
    assert page.html.rstrip().endswith("text.</p>")


def test_an_endless_paragraph_is_text_and_not_parsed():
    assert "<em>" not in render_document("*a* " * (rendering.LONGEST_PARAGRAPH // 4 + 1)).html
    assert "<em>" in render_document("*a* " * (rendering.LONGEST_PARAGRAPH // 4 - 1)).html


def test_pages_of_a_file_have_addresses_where_they_begin():
    pages = ["First page.", "# Setup\n\n| a | b |\n|---|---|\n| 1 | 2 |", "- point", "# Only a heading"]
    starts = [sum(len(page) + 2 for page in pages[:number]) for number in range(len(pages))]

    html = render_document("\n\n".join(pages), page_starts=starts).html

    assert '<p id="page=1">First page.</p>' in html
    assert '<div class="table" id="page=2">' in html
    assert '<ul id="page=3">' in html
    assert "page=4" not in html
