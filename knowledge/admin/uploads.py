"""Many files at once: each for itself, so that a bad one does not hold up the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from knowledge import loaders, services
from knowledge.errors import DocumentError
from knowledge.models import Collection, Document


@dataclass(frozen=True)
class Upload:
    """What became of one file: a document, or the reason why not."""

    name: str
    document: Document | None = None
    is_changed: bool = False
    error: str = ""


def add_files(collection: Collection, files: Iterable[tuple[str, "UploadedFile[Any]"]]) -> list[Upload]:
    return [add_file(collection, path, file) for path, file in files]


def add_file(collection: Collection, path: str, file: "UploadedFile[Any]") -> Upload:
    """Looked at before it is saved: a file that cannot be read shall not replace a document that can."""
    try:
        data = readable(path, file)
    except DocumentError as error:
        return Upload(path, error=error.user_message)
    document, changed = services.save_document(collection=collection, path=path, data=data)
    return Upload(path, document, changed)


def readable(path: str, file: "UploadedFile[Any]") -> bytes:
    if (file.size or 0) > settings.MAX_DOCUMENT_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // 1024**2
        raise DocumentError(f"This document is larger than {limit} MB. Split it into several documents.")
    loaders.format_of(path)
    data: bytes = file.read()
    loaders.read(data)
    return data
