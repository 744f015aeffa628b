"""Documents as they were given: text in the database, everything else as a file nobody can guess the name of."""

from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from knowledge.errors import DocumentError
from knowledge.models import Document, DocumentVersion
from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named


def given_hash(given: bytes | str) -> str:
    data = given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass")
    return sha256(data).hexdigest()


def store(path: str, data: bytes) -> str:
    """Returns the name it is stored under, which says nothing of ``path`` but its kind. ``DiskFull`` leaves nothing."""
    name = f"documents/{uuid4().hex}{PurePosixPath(path).suffix.lower()}"
    try:
        with full_disk_named():
            return default_storage.save(name, ContentFile(data))
    except DiskFull:
        default_storage.delete(name)
        raise


def stored_hash(name: str) -> str:
    """Empty for a file that is gone, which nothing is equal to."""
    try:
        with default_storage.open(name) as file:
            return given_hash(file.read())
    except OSError:
        return ""


def original(document: Document) -> bytes | str:
    """What was given. ``DocumentError`` if the file is gone."""
    if not document.file:
        return document.content
    try:
        with default_storage.open(str(document.file.name)) as file:
            data: bytes = file.read()
    except OSError as error:
        raise DocumentError("The file of this document is missing. Upload it again.") from error
    return data


def remove_unused(names: Iterable[str]) -> None:
    """After the commit, those that neither a document nor a version of one has any more."""
    candidates = set(filter(None, names))
    used = set(Document.objects.filter(file__in=candidates).values_list("file", flat=True))
    used |= set(DocumentVersion.objects.filter(file__in=candidates).values_list("file", flat=True))
    for name in candidates - used:
        transaction.on_commit(partial(default_storage.delete, name))
