import re

from html_to_markdown import ConversionOptions, convert
from html_to_markdown.exceptions import ConversionError

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.front_matter import split_front_matter
from knowledge.markdown import first_heading

OPTIONS = ConversionOptions(
    compact_tables=True,
    escape_misc=False,
    # Tabs and folded answers are part of the page, although a browser does not show them at first.
    hidden_content="reachable",
    inline_data_media="alt_text_only",
    exclude_selectors=["nav", "footer", "script", "style", "noscript", "svg", "iframe"],
)
FRAGMENT_OPTIONS = ConversionOptions(compact_tables=True, extract_metadata=False, hidden_content="reachable")
BLANK_LINES = re.compile(r"\n{3,}")


def load_html(source: str) -> Loaded:
    try:
        result = convert(source, OPTIONS)
    except ConversionError as error:
        raise DocumentError("This HTML cannot be read. Open it in a browser and save the page again.") from error
    # The converter writes what it read from <head> as a front matter block of its own.
    _, markdown = split_front_matter(result.content or "")
    page = result.metadata.document if result.metadata else None
    return Loaded(
        title_of((page and page.title) or "", first_heading(markdown)),
        ((page and page.description) or "").strip(),
        markdown,
    )


def title_of(title: str, heading: str) -> str:
    """``<title>`` usually ends in the name of the site; the heading it begins with is the page's own."""
    title = " ".join(title.split())
    return heading if not title or (heading and title.startswith(heading)) else title


def fragment_to_markdown(html: str) -> str:
    """A table or list written as HTML inside another document."""
    return (convert(html, FRAGMENT_OPTIONS).content or "").strip()
