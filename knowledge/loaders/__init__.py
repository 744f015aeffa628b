"""Every format we read, and the loader that reads it."""

from pathlib import PurePosixPath
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded, Loader, title_from_path
from knowledge.loaders.decoding import clean, decode

LOADERS = {
    "markdown": "knowledge.loaders.markdown.load_markdown",
    "html": "knowledge.loaders.html.load_html",
    "text": "knowledge.loaders.text.load_text",
}
FORMATS = {
    **dict.fromkeys([".md", ".mdx", ".markdown"], "markdown"),
    **dict.fromkeys([".html", ".htm"], "html"),
    **dict.fromkeys([".txt", ".text", ".rst"], "text"),
}


def format_of(path: str) -> str:
    try:
        return FORMATS[PurePosixPath(path).suffix.lower()]
    except KeyError:
        raise DocumentError(f"Files of this kind cannot be read. Use one of {', '.join(FORMATS)}.") from None


def read(source: bytes | str) -> str:
    """The text of an upload, checked for everything that can be known before it is parsed."""
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "replace"))
    if size > settings.MAX_DOCUMENT_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // (1024 * 1024)
        raise DocumentError(f"This document is larger than {limit} MB. Split it into several documents.")
    text = decode(source) if isinstance(source, bytes) else clean(source)
    if not text.strip():
        raise DocumentError("This document is empty. Add some text to it.")
    return text


def load(source: bytes | str, path: str, format: str) -> Loaded:
    """Title, description and Markdown of a document, or a ``DocumentError`` its editor can act on."""
    loader = cast(Loader, import_string(LOADERS[format]))
    loaded = loader(read(source))
    if not loaded.markdown.strip():
        raise DocumentError("There is no text in this document. Add some, or upload the page that has it.")
    return Loaded(loaded.title or title_from_path(path), loaded.description, loaded.markdown)
