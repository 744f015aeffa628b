import re
from functools import cache
from typing import Any

from liteparse import LiteParse, ParseError

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded, paged
from knowledge.loaders.dates import date_of
from knowledge.text.markdown import first_heading
from supportbot.hygiene import clean

MOST_PAGES = 3000
# The lines of a printed table of contents: words, dots, the number of a page.
LEADERS = re.compile(r"^.*(?:\. ?){6,}.*$\n?", re.MULTILINE)
# What is left of tables and blocks that hold nothing.
EMPTY = re.compile(r"^\|(?: *\|)+\n\|(?: *-+ *\|)+\n?(?=\n|\Z)|^```\w*\n\s*^```$", re.MULTILINE)
TITLE = re.compile(r"<dc:title>.*?<rdf:li[^>]*>([^<]+)</rdf:li>", re.DOTALL)
NO_TEXT = (
    "There is no text in this PDF, only pictures of its pages. Run text recognition (OCR) on it and upload it again."
)
LOCKED = "This PDF is protected by a password. Save it without one and try again."
DAMAGED = "This PDF is damaged. Open it, save it as a new PDF and try again."


def load_pdf(source: bytes) -> Loaded:
    result = parsed(source)
    pages = [clean(without_empty(page.markdown or "")).strip() for page in result.pages]
    if not any(pages):
        raise DocumentError(NO_TEXT)
    markdown, starts = paged(pages)
    meta = result.doc_meta
    title = TITLE.search((meta and meta.xmp) or "")
    return Loaded(
        " ".join(title[1].split()) if title else heading_at_the_top(pages),
        "",
        markdown,
        page_starts=starts,
        updated_at=date_of((meta and meta.mod_date) or ""),
    )


def parsed(source: bytes) -> Any:
    try:
        return parser().parse(source)
    except ParseError as error:
        raise DocumentError(LOCKED if "password" in str(error).lower() else DAMAGED) from error


@cache
def parser() -> Any:
    """Without text recognition, which would fetch its models from the network."""
    return LiteParse(
        ocr_enabled=False,
        quiet=True,
        output_format="markdown",
        image_mode="off",
        num_workers=1,
        max_pages=MOST_PAGES,
        extract_document_metadata=True,
    )


def without_empty(markdown: str) -> str:
    return EMPTY.sub("", LEADERS.sub("", markdown))


def heading_at_the_top(pages: list[str]) -> str:
    first = next(filter(None, pages))
    return first_heading(first) if first.startswith("# ") else ""
