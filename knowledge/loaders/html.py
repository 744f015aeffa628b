from html_to_markdown import ConversionOptions, convert
from html_to_markdown.exceptions import ConversionError
from lxml.etree import LxmlError

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.webpage import WebPage, is_page, read_page
from knowledge.text.markdown import first_heading

OPTIONS = ConversionOptions(
    compact_tables=True,
    escape_misc=False,
    extract_metadata=False,
    # Tabs and folded answers are part of the page, although a browser does not show them at first.
    hidden_content="reachable",
    inline_data_media="alt_text_only",
    exclude_selectors=["nav", "footer", "script", "style", "noscript", "svg", "iframe"],
)
FRAGMENT_OPTIONS = ConversionOptions(compact_tables=True, extract_metadata=False, hidden_content="reachable")
UNREADABLE = "This HTML cannot be read. Open it in a browser and save the page again."


def load_html(source: str) -> Loaded:
    """A page, or a part of one."""
    try:
        page = read_page(source) if is_page(source) else WebPage("", "", None, source)
        markdown = convert(page.html, OPTIONS).content or ""
    except (ConversionError, LxmlError, ValueError) as error:
        raise DocumentError(UNREADABLE) from error
    title = title_of(page.title, first_heading(markdown))
    return Loaded(title, page.description, markdown, updated_at=page.updated_at)


def title_of(title: str, heading: str) -> str:
    """``<title>`` usually ends in the name of the site; the heading it begins with is the page's own."""
    return heading if not title or (heading and title.startswith(heading)) else title


def fragment_to_markdown(html: str) -> str:
    """A table or list written as HTML inside another document."""
    return (convert(html, FRAGMENT_OPTIONS).content or "").strip()
