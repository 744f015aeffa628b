"""Many files at once: each for itself, so that a bad one does not hold up the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.files.uploadedfile import UploadedFile

from knowledge import loaders, services
from knowledge.errors import DocumentError
from knowledge.models import Collection, Document
from knowledge.versions import Origin
from supportbot.errors import DiskFull


@dataclass(frozen=True)
class Upload:
    """What became of one file: a document, or the reason why not."""

    name: str
    document: Document | None = None
    is_changed: bool = False
    error: str = ""


def add_files(
    collection: Collection, files: Iterable[tuple[str, "UploadedFile[Any]"]], *, author: AbstractUser, publish: bool
) -> list[Upload]:
    return [add_file(collection, path, file, author, publish) for path, file in files]


def add_file(
    collection: Collection, path: str, file: "UploadedFile[Any]", author: AbstractUser, publish: bool
) -> Upload:
    """Looked at before it is saved: a file that cannot be read shall not replace a document that can."""
    try:
        data = readable(path, file)
        document, changed = services.save_document(
            collection=collection, path=path, data=data, origin=Origin.UPLOAD, author=author, publish=publish
        )
    except (DocumentError, DiskFull) as error:
        return Upload(path, error=error.user_message)
    return Upload(path, document, changed)


def readable(path: str, file: "UploadedFile[Any]") -> bytes:
    """The size is known before the file is read."""
    loaders.check_size(file.size or 0)
    data: bytes = file.read()
    loaders.check(data, path)
    return data
