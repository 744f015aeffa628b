"""A folder of files as a source: which of them are documents, and where each is published."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from knowledge.errors import DocumentError
from knowledge.loaders import FORMATS, read
from knowledge.loaders.base import INDEX_NAMES
from knowledge.loaders.front_matter import split_front_matter, text_field


def document_files(root: Path) -> Iterator[Path]:
    """Every readable kind of file below, in a stable order, without hidden ones and links that leave the folder."""
    inside = root.resolve()
    for path in sorted(root.rglob("*")):
        if is_document(path.relative_to(root).as_posix()) and path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def is_document(path: str) -> bool:
    """By its name: of a kind that is read, and not hidden."""
    name = PurePosixPath(path)
    return name.suffix.lower() in FORMATS and not any(part.startswith(".") for part in name.parts)


def page_url(prefix: str, path: str, data: bytes) -> str:
    """Prefix and path without its extension; an index page is its folder; ``slug`` and ``id`` as in Docusaurus."""
    if not prefix:
        return ""
    return f"{prefix.rstrip('/')}/{quote(page_path(PurePosixPath(path), data))}".rstrip("/") or prefix


def page_path(path: PurePosixPath, data: bytes) -> str:
    folder = "" if str(path.parent) == "." else f"{path.parent}/"
    fields = front_matter(path, data)
    if slug := text_field(fields, "slug"):
        return slug.strip("/") if slug.startswith("/") else f"{folder}{slug.strip('/')}"
    if name := text_field(fields, "id"):
        return f"{folder}{name}"
    return folder.rstrip("/") if path.stem.lower() in INDEX_NAMES else f"{folder}{path.stem}"


def front_matter(path: PurePosixPath, data: bytes) -> dict[str, object]:
    if FORMATS.get(path.suffix.lower()) != "markdown":
        return {}
    try:
        return split_front_matter(read(data))[0]
    except DocumentError:
        return {}
