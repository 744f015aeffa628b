"""Every format we read, the loader that reads it, and what can be said of a file before it is read."""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded, Loader, title_from_path
from knowledge.loaders.decoding import decode
from knowledge.loaders.kinds import ARCHIVE_SUFFIXES, FILES, INSTEAD, check_kind
from supportbot.hygiene import clean

LOADERS = {
    "markdown": "knowledge.loaders.markdown.load_markdown",
    "html": "knowledge.loaders.html.load_html",
    "text": "knowledge.loaders.text.load_text",
    "curated": "knowledge.loaders.curated.load_curated",
    "pdf": "knowledge.loaders.pdf.load_pdf",
    "docx": "knowledge.loaders.docx.load_docx",
    "pptx": "knowledge.loaders.pptx.load_pptx",
    "xlsx": "knowledge.loaders.xlsx.load_xlsx",
    "csv": "knowledge.loaders.csv.load_csv",
    "email": "knowledge.loaders.email.load_email",
}
FORMATS = {
    **dict.fromkeys([".md", ".mdx", ".markdown"], "markdown"),
    **dict.fromkeys([".html", ".htm"], "html"),
    **dict.fromkeys([".txt", ".text", ".rst"], "text"),
    **{f".{name}": name for name in ("pdf", "docx", "pptx", "xlsx", "csv")},
    ".eml": "email",
}
# What a person calls a document of each format.
NOUNS = {
    "markdown": "page",
    "html": "page",
    "text": "text",
    "curated": "answer",
    "pdf": "PDF",
    "docx": "Word document",
    "pptx": "presentation",
    "xlsx": "workbook",
    "csv": "table",
    "email": "e-mail",
}


def is_text(format: str) -> bool:
    """Whether a document of this format is kept as text, which can be edited, or as the bytes it came in."""
    return format not in FILES


def format_of(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    if suffix in ARCHIVE_SUFFIXES:
        raise DocumentError("Archives are not accepted. Unpack it and upload the documents in it.")
    if suffix in INSTEAD:
        raise DocumentError(f"Files that end in {suffix} cannot be read. Save it as {INSTEAD[suffix]} and try again.")
    raise DocumentError(f"Files of this kind cannot be read. Use one of {', '.join(FORMATS)}.")


def check(data: bytes, path: str) -> str:
    """The format of an upload, or everything that can be said against it without parsing it."""
    format = format_of(path)
    check_size(len(data))
    if not data.strip():
        raise DocumentError("This document is empty. Add some text to it.")
    check_kind(data, format)
    if is_text(format):
        read(data)
    return format


def check_size(size: int) -> None:
    if size > settings.MAX_DOCUMENT_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // (1024 * 1024)
        raise DocumentError(f"This document is larger than {limit} MB. Split it into several documents.")


def read(source: bytes | str) -> str:
    """The text of an upload, checked for everything that can be known before it is parsed."""
    check_size(len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "replace")))
    text = decode(source) if isinstance(source, bytes) else clean(source)
    if not text.strip():
        raise DocumentError("This document is empty. Add some text to it.")
    return text


def load(source: bytes | str, path: str, format: str) -> Loaded:
    """Title, description and Markdown of a document, or a ``DocumentError`` its editor can act on."""
    return load_with(LOADERS[format], prepared(source, format), path)


def prepared(source: bytes | str, format: str) -> bytes | str:
    """What its loader wants: text, or the bytes of a file that was looked at."""
    if is_text(format):
        return read(source)
    if isinstance(source, str):
        raise DocumentError("This document has lost its file. Upload it again.")
    check_size(len(source))
    check_kind(source, format)
    return source


def load_with(loader: str, source: bytes | str, path: str) -> Loaded:
    """With the loader of this dotted path. The process for parsing calls it: there are no settings here."""
    loaded = cast(Loader, import_string(loader))(source)
    if not loaded.markdown.strip():
        raise DocumentError("There is no text in this document. Add some, or upload the page that has it.")
    return replace(loaded, title=loaded.title or title_from_path(path))
