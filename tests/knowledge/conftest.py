import errno
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile

from knowledge import services
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection, Document
from tests.factories import collection

Write = Callable[..., Document]


@pytest.fixture(autouse=True)
def offline_embedder(settings) -> None:
    settings.EMBEDDING_MODEL = "hashing"


@pytest.fixture
def docs(db) -> Collection:
    return collection(slug="docs")


@pytest.fixture
def put(docs: Collection) -> Write:
    """Saves a document and leaves it waiting."""

    def put(path: str, given: str | bytes, where: Collection = docs, **fields: Any) -> Document:
        document, _ = services.put_document(collection=where, path=path, given=given, **fields)
        return document

    return put


@pytest.fixture
def publish(put: Write) -> Write:
    """Saves a document, processes it and serves it."""

    def publish(path: str, given: str | bytes, *args: Collection, **fields: Any) -> Document:
        document = put(path, given, *args, **fields)
        ingest([document.pk])
        build_index(document.collection_id)
        document.refresh_from_db()
        return document

    return publish


@pytest.fixture
def no_room(monkeypatch) -> None:
    """Of every original there is room for the first byte only."""

    def chunks(self: ContentFile, size: int | None = None) -> Iterator[bytes]:  # type: ignore[type-arg]
        yield b"%"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ContentFile, "chunks", chunks)
