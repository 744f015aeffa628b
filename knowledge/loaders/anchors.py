"""Which anchor of its page leads to a heading, written into the heading as ``{#anchor}``."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

HEADINGS = " | ".join(f".//h{level}" for level in range(1, 7))
IS_ANCHOR = re.compile(r"[\w:.%,+~-]{1,200}")
WORDS = re.compile(r"\w")
# GitHub gives headings other ids than the ones its links lead to.
PREFIX = "user-content-"
SECTIONS = ("section", "div", "article", "li")


def mark_anchors(part: HtmlElement) -> None:
    for heading in part.xpath(HEADINGS):
        anchor = next((name for name in names_of(heading) if IS_ANCHOR.fullmatch(name)), "")
        drop_permalinks(heading)
        if anchor and WORDS.search(heading.text_content()):
            append_text(heading, f" {{#{anchor}}}")


def names_of(heading: HtmlElement) -> Iterator[str]:
    """Its own, that of the link to itself in it, of an empty anchor in it or before it, of the section it opens."""
    yield heading.get("id", "").removeprefix(PREFIX)
    yield from (link.get("href", "")[1:] for link in permalinks(heading))
    yield from (name.removeprefix(PREFIX) for name in heading.xpath(".//@id | .//a/@name"))
    before = heading.getprevious()
    if before is not None and before.tag == "a" and not (before.tail or "").strip():
        yield before.get("id") or before.get("name") or ""
    parent = heading.getparent()
    if parent is not None and parent.tag in SECTIONS and before is None:
        yield parent.get("id", "")


def permalinks(heading: HtmlElement) -> list[HtmlElement]:
    """A link that is all of the heading, or has no words, leads to the heading itself."""
    whole = heading.text_content().strip()
    links = heading.xpath(".//a[starts-with(@href, '#')]")
    return [link for link in links if (text := link.text_content().strip()) == whole or not WORDS.search(text)]


def drop_permalinks(heading: HtmlElement) -> None:
    for link in permalinks(heading):
        if WORDS.search(link.text_content()):
            link.drop_tag()
        else:
            link.drop_tree()


def append_text(element: HtmlElement, text: str) -> None:
    children = list(element)
    if children:
        children[-1].tail = (children[-1].tail or "").rstrip() + text
    else:
        element.text = (element.text or "").rstrip() + text
