"""What a web page says about itself and where it leads: to find the next pages, not to read this one."""

import re
from dataclasses import dataclass, field

from lxml import etree, html

from knowledge.sources.urls import clean_url, host_of

NOT_LISTED = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
NOT_FOLLOWED = re.compile(r"\b(?:nofollow|none)\b", re.IGNORECASE)
ROBOTS = ("robots", "supportbot")


@dataclass
class Markup:
    """``canonical`` is empty unless it is on the page's own host."""

    links: list[str] = field(default_factory=list)
    canonical: str = ""
    robots: str = ""

    @property
    def is_listed(self) -> bool:
        return not NOT_LISTED.search(self.robots)


def read_markup(page: bytes | str, url: str, charset: str = "", robots: str = "") -> Markup:
    """Whatever is broken in it is left out: browsers show such pages, too."""
    data = page.encode("utf-8", "replace") if isinstance(page, str) else page
    try:
        root = html.document_fromstring(data, parser=parser_for("utf-8" if isinstance(page, str) else charset))
    except (etree.LxmlError, ValueError):
        return Markup(robots=robots)
    tags = [meta.get("content", "") for meta in root.iter("meta") if meta.get("name", "").lower() in ROBOTS]
    markup = Markup(robots=",".join([robots, *tags]))
    base = clean_url(next((tag.get("href", "") for tag in root.iter("base")), "") or url, url) or url
    markup.canonical = canonical_of(root, base, url)
    if not NOT_FOLLOWED.search(markup.robots):
        markup.links = links_of(root, base)
    return markup


def parser_for(charset: str) -> html.HTMLParser:
    """A charset that does not exist counts as not named: what a page asks of its readers is in plain letters."""
    try:
        return html.HTMLParser(encoding=charset or None, recover=True)
    except LookupError:
        return html.HTMLParser(recover=True)


def canonical_of(root: html.HtmlElement, base: str, url: str) -> str:
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            canonical = clean_url(link.get("href", ""), base)
            return canonical if host_of(canonical) == host_of(url) else ""
    return ""


def links_of(root: html.HtmlElement, base: str) -> list[str]:
    anchors = (tag for tag in root.iter("a", "area") if "nofollow" not in tag.get("rel", "").lower().split())
    found = (clean_url(tag.get("href"), base) for tag in anchors if tag.get("href"))
    return list(dict.fromkeys(filter(None, found)))
