"""Markdown to HTML that is safe to show: of documents on their hosted pages, of passages, of answers.

Raw HTML is shown as text, images are never loaded, links keep to a few schemes, and what is longer than a
careful author writes is cut or left unparsed: the parser takes quadratic time for some hostile inputs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from urllib.parse import urlsplit

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from knowledge.text.headings import Slugger, explicit_id
from knowledge.text.markdown import visible_text

LONGEST_DOCUMENT = 250_000
LONGEST_ANSWER = 20_000
# One paragraph, list item or table cell. Inline syntax is where hostile input costs most.
LONGEST_PARAGRAPH = 5_000
LONGEST_LINK = 2_000
SCHEMES = {"http", "https", "mailto"}

# Where a link of the text leads on this site; None where it leads nowhere.
LinkTo = Callable[[str], str | None]

BLOCKS = {"blockquote", "div", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"}
INLINE = {"a", "br", "code", "em", "s", "span", "strong"}
ALIGNED = {"align-left", "align-center", "align-right"}
HEADINGS = {f"h{level}": {"id"} for level in range(1, 7)}
# What a page of a PDF may begin with: where ``#page=3`` leads.
PAGE_BEGINNINGS = {"paragraph_open", "bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"}
PAGES = {tag: {"id"} for tag in ("p", "ul", "blockquote", "div")}
ATTRIBUTES = {**HEADINGS, **PAGES, "a": {"href", "title", "aria-label"}, "code": {"class"}, "ol": {"id", "start"}}
CLASSES = {"a": {"anchor"}, "div": {"table"}, "span": {"image"}, "td": ALIGNED, "th": ALIGNED}


def cleaner(link_rel: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=BLOCKS | INLINE | set(HEADINGS),
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel=link_rel,
    )


# Documents are written by staff; an answer may have been talked into a link.
DOCUMENT_CLEANER = cleaner("noopener")
ANSWER_CLEANER = cleaner("noopener noreferrer nofollow")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A document as a page. ``title`` is the level-1 heading it began with, which ``html`` is without."""

    html: SafeString
    title: Heading | None
    headings: tuple[Heading, ...]
    is_cut: bool

    @property
    def contents(self) -> list[Heading]:
        """What its table of contents lists."""
        return [heading for heading in self.headings if heading.level in (2, 3)]


def is_web_link(href: str) -> bool:
    """A whole address with a host of its own and no user name, which could pass for one."""
    try:
        parts = urlsplit(href)
        has_user = parts.username is not None or parts.password is not None
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not has_user


def link_outside(href: str) -> str | None:
    """The link rule of answers: web and mail addresses, nothing relative."""
    if len(href) > LONGEST_LINK:
        return None
    return href if is_web_link(href) or href.lower().startswith("mailto:") else None


def link_here(href: str) -> str | None:
    """The link rule of a text without a place of its own: the same, and headings of the same page."""
    return href if href.startswith("#") else link_outside(href)


def render_document(markdown: str, link_to: LinkTo = link_here, page_starts: Sequence[int] = ()) -> Page:
    text, is_cut = shortened(markdown, LONGEST_DOCUMENT)
    tokens = PARSER.parse(text)
    headings = number_headings(tokens)
    mark_pages(tokens, [text.count("\n", 0, start) for start in page_starts])
    title = None
    if headings and headings[0].level == 1 and tokens[0].type == "heading_open":
        title, *headings = headings
        tokens = tokens[3:]
    return Page(as_html(tokens, DOCUMENT_CLEANER, link_to, images=True), title, tuple(headings), is_cut)


def render_passage(markdown: str) -> SafeString:
    """A piece of a document, away from its page."""
    text, _ = shortened(markdown, LONGEST_DOCUMENT)
    return as_html(PARSER.parse(text), DOCUMENT_CLEANER, link_outside, images=True)


def render_answer(markdown: str) -> SafeString:
    text, _ = shortened(markdown, LONGEST_ANSWER)
    return as_html(ANSWER_PARSER.parse(text), ANSWER_CLEANER, link_outside, images=False)


def shortened(text: str, longest: int) -> tuple[str, bool]:
    """Cut at the end of a line, if there is one near."""
    if len(text) <= longest:
        return text, False
    end = text.rfind("\n", longest * 9 // 10, longest)
    return text[: end if end > 0 else longest], True


def as_html(tokens: list[Token], cleaner: nh3.Cleaner, link_to: LinkTo, *, images: bool) -> SafeString:
    for token in tokens:
        if token.children:
            token.children = list(without_loading(token.children, link_to, images=images))
        align(token)
    html = PARSER.renderer.render(tokens, PARSER.options, {})
    return mark_safe(cleaner.clean(html))  # noqa: S308 the cleaner is what makes it safe


def without_loading(children: list[Token], link_to: LinkTo, *, images: bool) -> Iterator[Token]:
    """Links that may be followed, the words of those that may not, and images by their description."""
    open_links: list[bool] = []
    for child in children:
        if child.type == "link_open":
            href = link_to(str(child.attrGet("href") or ""))
            open_links.append(href is not None)
            if href is not None:
                child.attrs["href"] = href
                yield child
        elif child.type == "link_close":
            if open_links.pop():
                yield child
        elif child.type == "image":
            yield described(child, link_to if images and not any(open_links) else None)
        else:
            yield child


def described(image: Token, link_to: LinkTo | None) -> Token:
    words = image.content.strip() or "Image"
    source = str(image.attrGet("src") or "")
    href = link_to(source) if link_to and is_web_link(source) else None
    linked = format_html('<a href="{}">{}</a>', href, words) if href else words
    return Token("html_inline", "", 0, content=format_html('<span class="image">{}</span>', linked))


def align(token: Token) -> None:
    """A class instead of the parser's inline style, which the content security policy refuses."""
    if token.type in ("td_open", "th_open") and (style := token.attrs.pop("style", None)):
        token.attrs["class"] = str(style).replace("text-align:", "align-")


def number_headings(tokens: list[Token]) -> list[Heading]:
    """Ids for the headings, which are the anchors their chunks are stored with."""
    slugger = Slugger()
    found = []
    for position, token in enumerate(tokens):
        # Headings inside lists and quotations are no sections, neither here nor when a document is cut.
        if token.type != "heading_open" or token.level:
            continue
        content, own_id = tokens[position + 1].meta["heading"]
        text = visible_text(content)
        heading = Heading(int(token.tag[1]), text, own_id or slugger.slug(text))
        token.attrs["id"] = heading.anchor
        found.append(heading)
    return found


def mark_pages(tokens: list[Token], lines: Sequence[int]) -> None:
    """Each page at its first block that is no heading, which has an address of its own."""
    beginnings = [token for token in tokens if token.type in PAGE_BEGINNINGS and not token.level and token.map]
    for number, (line, end) in enumerate(pairwise([*lines, inf]), start=1):
        on_page = (token for token in beginnings if token.map and line <= token.map[0] < end)
        if first := next(on_page, None):
            first.attrs["id"] = f"page={number}"


def bounded_inline(state: StateCore) -> None:
    """The parser's own step, but for headings without their ``{#id}`` and for texts without an end."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if token.type != "inline":
            continue
        if before and before.type == "heading_open":
            token.meta["heading"] = explicit_id(token.content)
            token.content = token.meta["heading"][0]
        children: list[Token] = []
        if len(token.content) > LONGEST_PARAGRAPH:
            children.append(Token("text", "", 0, content=token.content))
        else:
            state.md.inline.parse(token.content, state.md, state.env, children)
        token.children = children


def heading_close(_: object, tokens: list[Token], position: int, *__: object) -> str:
    opening = tokens[position - 2]
    anchor = opening.attrGet("id")
    closing = f"</{tokens[position].tag}>\n"
    if not anchor:
        return closing
    return format_html('<a class="anchor" href="#{}" aria-label="Link to this section"></a>', anchor) + closing


def table_open(_: object, tokens: list[Token], position: int, *__: object) -> str:
    mark = tokens[position].attrGet("id")
    return format_html('<div class="table" id="{}"><table>\n', mark) if mark else '<div class="table"><table>\n'


def parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.core.ruler.at("inline", bounded_inline)
    markdown.add_render_rule("heading_close", heading_close)
    markdown.add_render_rule("table_open", table_open)
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return markdown


PARSER = parser()
# In an answer [1] is a citation, whatever a later line says that it stands for, and an address alone is text.
ANSWER_PARSER = parser().disable(["reference", "autolink"])
