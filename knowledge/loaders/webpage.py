"""The text of a web page, without what surrounds it on every page of its site.

By what a page says of itself: its main part, roles, names of classes that nearly all sites share. Tools that guess
by the density of text lose headings, one-line code and the anchors that links need.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree, html
from lxml.html import HtmlElement

from knowledge.loaders.anchors import HEADINGS, mark_anchors
from knowledge.loaders.dates import date_of

IS_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
UNSEEN = ("script", "style", "noscript", "template", "iframe", "svg", "input", "select", "textarea", "object", "dialog")
MAIN = "//main | //*[@role='main'] | //*[@itemprop='articleBody']"
# With less text than this, it is a place that a script fills later.
SHORTEST_MAIN = 40

AROUND = {"nav", "footer"}
AROUND_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "tooltip"}
AROUND_NAMES = """
breadcrumb breadcrumbs theme-doc-breadcrumbs toc table-of-contents tableofcontents on-this-page in-this-article
sidebar sphinxsidebar navbar navigation menu footer site-footer page-footer article-footer site-header pagination
pagination-nav pager prev-next edit-page edit-this-page editlink article-votes feedback was-this-helpful share
social-share related related-articles recent-articles recommended newsletter skip-link skip-to-content sr-only
visually-hidden screen-reader-text headerlink hash-link copy-button linenos lineno gutter
"""
AROUND_CLASSES = frozenset(AROUND_NAMES.split())
BANNER = re.compile(
    r"cookie[-_]?(?:banner|consent|notice|bar|popup|dialog|bot|law)|onetrust|consent[-_]?(?:banner|bar)"
)
# A list of nothing but links into its own page, or beside the text.
LINKS = 3
CONTENTS = re.compile(r"(?:table of )?contents|(?:on|in) this (?:page|article|section)", re.IGNORECASE)
LINK_SHARE = 0.7

NAMING = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
DATES = """
//meta[@property='article:modified_time' or @property='og:updated_time']/@content
| //meta[@itemprop='dateModified' or @name='last-modified' or @name='dcterms.modified']/@content
| //*[@itemprop='dateModified']/@datetime | //*[contains(@class, 'last-updated')]//time/@datetime
"""
DESCRIPTION = "//meta[@name='description']/@content | //meta[@property='og:description']/@content"


@dataclass(frozen=True)
class WebPage:
    title: str
    description: str
    updated_at: datetime | None
    html: str


def is_page(source: str) -> bool:
    return bool(IS_PAGE.search(source[:5000]))


def read_page(source: str) -> WebPage:
    """``etree.LxmlError`` or ``ValueError`` for what is no page at all."""
    parser = html.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, remove_pis=True)
    root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    title = " ".join((root.findtext(".//title") or "").split())
    description = " ".join("".join(root.xpath(DESCRIPTION)[:1]).split())
    updated_at = next(filter(None, map(date_of, root.xpath(DATES))), None)
    etree.strip_elements(root, *UNSEEN, with_tail=False)
    return WebPage(title, description, updated_at, html.tostring(content_of(root), encoding="unicode"))


def content_of(root: HtmlElement) -> HtmlElement:
    body = root.find("body")
    page = root if body is None else body
    headings = page.xpath(".//h1")
    part = main_part(page)
    if len(headings) == 1 and not part.xpath(".//h1"):
        part.insert(0, headings[0])
    drop_frame(part)
    flatten(part)
    name_tabs(part)
    mark_questions(part)
    mark_anchors(part)
    return part


def main_part(page: HtmlElement) -> HtmlElement:
    """What is marked as the main part, or its only article if most of its text is there."""
    found = [part for part in page.xpath(MAIN) if text_length(part) > SHORTEST_MAIN]
    part = max(found, key=text_length, default=page)
    articles = [article for article in part.xpath(".//article") if not any(map(is_article, article.iterancestors()))]
    if len(articles) == 1 and text_length(articles[0]) > text_length(part) / 2:
        return articles[0]
    return part


def is_article(element: HtmlElement) -> bool:
    return bool(element.tag == "article")


def drop_frame(part: HtmlElement) -> None:
    """Never what holds the title of the page, or most of its text if it has none, whatever it is called."""
    has_title, most = bool(part.xpath(".//h1")), text_length(part) / 2
    inside_main = part.tag in ("main", "article")
    for element in list(part.iterdescendants(etree.Element)):
        if part not in element.iterancestors() or not is_frame(element, inside_main):
            continue
        if not element.xpath("self::h1 | .//h1") if has_title else text_length(element) <= most:
            element.drop_tree()
    for button in part.xpath(".//button"):
        unfold(button)
    for heading in part.xpath(HEADINGS):
        if CONTENTS.fullmatch(heading.text_content().strip()):
            heading.drop_tree()


def is_frame(element: HtmlElement, inside_main: bool) -> bool:
    tag, name = element.tag, element.get("id", "").lower()
    classes = element.get("class", "").lower()
    if tag in AROUND or element.get("role") in AROUND_ROLES or not AROUND_CLASSES.isdisjoint(classes.split()):
        return True
    if BANNER.search(f"{classes} {name}") or (tag in ("header", "aside") and not inside_main):
        return True
    if tag in ("ul", "ol"):
        return is_all_links(element, here=True)
    return (tag == "aside" or name in AROUND_CLASSES) and is_all_links(element)


def is_all_links(element: HtmlElement, here: bool = False) -> bool:
    links = element.xpath(".//a[starts-with(@href, '#')]" if here else ".//a[@href]")
    return len(links) >= LINKS and sum(map(text_length, links)) > LINK_SHARE * text_length(element)


def unfold(button: HtmlElement) -> None:
    """Buttons do something, which text cannot; only what folds out text below it is a heading of it."""
    if any(parent.tag in NAMING for parent in button.iterancestors()):
        button.drop_tag()
    elif button.get("aria-expanded") and text_length(button):
        make_bold(button)
    else:
        button.drop_tree()


def flatten(part: HtmlElement) -> None:
    """Tables that hold headings are there for the layout; some elements are not known to the converter."""
    for table in part.xpath(".//table[.//h1 or .//h2 or .//h3]"):
        for inner in table.xpath("./tr | ./thead | ./tbody | ./*/tr | ./tr/td | ./*/tr/td"):
            inner.tag = "div"
        table.tag = "div"
    for element in part.xpath(".//aside | .//header"):
        element.tag = "div"


def name_tabs(part: HtmlElement) -> None:
    """Tabs stand one below the other in a text, each with its name above."""
    tabs, panels = part.xpath(".//*[@role='tab']"), part.xpath(".//*[@role='tabpanel']")
    if len(tabs) == len(panels):
        for tab, panel in zip(tabs, panels, strict=True):
            panel.insert(0, bold(" ".join(tab.text_content().split())))
            panel[0].tail, panel.text = panel.text, None
        for tab in tabs:
            tab.drop_tree()


def mark_questions(part: HtmlElement) -> None:
    """The terms of a list that are questions: in Markdown they would be paragraphs like any other."""
    for term in part.xpath(".//dt"):
        if term.text_content().strip().endswith("?"):
            make_bold(term)


def make_bold(element: HtmlElement) -> None:
    text = " ".join(element.text_content().split())
    for child in list(element):
        element.remove(child)
    element.text = None
    element.tag = "p"
    element.append(bold(text)[0])


def bold(text: str) -> HtmlElement:
    paragraph = html.Element("p")
    strong = etree.SubElement(paragraph, "strong")
    strong.text = text
    return paragraph


def text_length(element: HtmlElement) -> int:
    return len("".join(element.text_content().split()))
