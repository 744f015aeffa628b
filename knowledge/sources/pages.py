"""From an answer of a web server to a document, or nothing if it is none."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from knowledge.loaders import FORMATS, is_text
from knowledge.loaders.decoding import decode_as
from knowledge.sources.base import Found
from knowledge.sources.fetching import Fetched
from knowledge.sources.urls import document_path

OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "text",
    "text/csv": "csv",
    "application/pdf": "pdf",
    "message/rfc822": "email",
    f"{OFFICE}.wordprocessingml.document": "docx",
    f"{OFFICE}.presentationml.presentation": "pptx",
    f"{OFFICE}.spreadsheetml.sheet": "xlsx",
}
UNSPECIFIC = ("", "application/octet-stream", "binary/octet-stream", "text/plain")


def format_of(page: Fetched) -> str:
    """By what the server says, and by its name where the server says nothing. Empty if it is not for reading."""
    by_name = FORMATS.get(PurePosixPath(urlsplit(page.url).path).suffix.lower(), "")
    if page.content_type in UNSPECIFIC and by_name:
        return by_name
    found = CONTENT_TYPES.get(page.content_type, "")
    return found if found in FORMATS.values() else ""


def document_of(page: Fetched, format: str, url: str, date: str = "") -> Found:
    body = page.body or b""
    return Found(
        path=document_path(url, format),
        url=url,
        given=decoded(body, page.charset) if is_text(format) else body,
        format=format,
        etag=page.etag,
        last_modified=page.last_modified or ("" if page.etag else date),
    )


def decoded(body: bytes, charset: str) -> bytes | str:
    """The server's word on the characters, if it gives one and it is true. Otherwise the page's own, later."""
    text = None if charset.lower() in ("", "utf-8", "utf8") else decode_as(body, charset)
    return body if text is None else text
