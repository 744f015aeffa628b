"""Every change to what we know: written first, then processed."""

from collections.abc import Iterable
from functools import partial
from itertools import chain, count
from pathlib import PurePosixPath

import structlog
from celery import Task
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from kombu.exceptions import ChannelError, OperationalError

from knowledge import loaders, tasks
from knowledge.batches import batches
from knowledge.building import release
from knowledge.errors import DocumentError
from knowledge.ingestion import count_change
from knowledge.leases import FIRST_RETRY
from knowledge.loaders.base import INDEX_NAMES
from knowledge.models import Chunk, Collection, Document, IndexVersion, Source
from knowledge.vectors import forget_unused

log = structlog.get_logger(__name__)

Status = Document.Status
NO_BROKER = (OperationalError, ChannelError, OSError)
LONGEST_SLUG = 200
ROWS_PER_QUERY = 500


def save_document(
    *,
    collection: Collection,
    path: str,
    data: bytes | None = None,
    content: str | None = None,
    title: str = "",
    url: str = "",
    source: Source | None = None,
) -> tuple[Document, bool]:
    """Creates or replaces the document at this path and has it processed. False if it already says just that.

    An empty ``title`` means the document's own. What cannot be read becomes a document that says why.
    """
    given = data if content is None else content
    document, changed = put_document(collection=collection, path=path, given=given, title=title, url=url, source=source)
    if changed and document.status == Status.PENDING:
        enqueue([document.pk])
    return document, changed


def put_document(
    *, collection: Collection, path: str, given: bytes | str | None, title: str, url: str, source: Source | None
) -> tuple[Document, bool]:
    """``save_document`` for callers that process the documents themselves."""
    wanted = Document(collection=collection, path=path, title=title[:300], url=url, source=source)
    read_into(wanted, given or "")
    try:
        with transaction.atomic():
            return upsert(wanted)
    except IntegrityError:
        # Somebody else created it between our look and our write; now it is there to be updated.
        with transaction.atomic():
            return upsert(wanted)


def read_into(document: Document, given: bytes | str) -> None:
    try:
        document.format = loaders.format_of(document.path)
        document.content = loaders.read(given)
    except DocumentError as error:
        document.status, document.error = Status.FAILED, error.user_message


def upsert(wanted: Document) -> tuple[Document, bool]:
    at_path = Document.objects.filter(collection=wanted.collection, path=wanted.path)
    existing = at_path.select_for_update().first()
    if existing is None:
        wanted.slug = free_slug(wanted)
        wanted.lease_expires_at = timezone.now() + FIRST_RETRY
        wanted.save()
        return wanted, True
    existing.url, existing.source = wanted.url, wanted.source
    if says_the_same(existing, wanted):
        existing.save(update_fields=["url", "source"])
        return existing, False
    revise(existing, wanted)
    return existing, True


def says_the_same(existing: Document, wanted: Document) -> bool:
    if wanted.status == Status.FAILED:
        return (existing.status, existing.error) == (Status.FAILED, wanted.error)
    same_title = wanted.title in ("", existing.title)
    return same_title and (existing.content, existing.format) == (wanted.content, wanted.format)


def revise(existing: Document, wanted: Document) -> None:
    for field in ("title", "content", "format", "status", "error"):
        setattr(existing, field, getattr(wanted, field))
    existing.revision += 1
    existing.attempts = 0
    existing.lease_expires_at = timezone.now() + FIRST_RETRY
    existing.updated_at = timezone.now()
    existing.save()
    if existing.status == Status.FAILED and existing.chunks.all().delete()[0]:
        count_change(existing.collection_id)


def free_slug(document: Document) -> str:
    page = PurePosixPath(document.path)
    name = page.parent if page.stem.lower() in INDEX_NAMES and page.parent.name else page.with_suffix("")
    base = slugify(str(name).replace("/", "-"))[: LONGEST_SLUG - 8] or "page"
    taken = set(
        Document.objects.filter(collection=document.collection, slug__startswith=base).values_list("slug", flat=True)
    )
    return next(slug for slug in chain([base], (f"{base}-{number}" for number in count(2))) if slug not in taken)


def reindex(documents: Iterable[Document]) -> None:
    """Processes them again as they are; what is served meanwhile stays."""
    ids = [document.pk for document in documents]
    make_pending(ids)
    enqueue(ids)


def make_pending(document_ids: list[int]) -> None:
    for some in batches(document_ids, ROWS_PER_QUERY):
        Document.objects.filter(pk__in=some).update(
            status=Status.PENDING, error="", attempts=0, lease_expires_at=timezone.now() + FIRST_RETRY
        )


def rebuild(collection_id: int) -> None:
    """Has the index made from scratch; the present one answers until then."""
    ring(tasks.rebuild_index, collection_id)


def cancel_build(version: IndexVersion) -> None:
    """Whoever builds it notices within a second or so."""
    IndexVersion.objects.filter(pk=version.pk, status=IndexVersion.Status.BUILDING).update(cancel_requested=True)


def release_index(collection_id: int) -> None:
    """After a roll-back: newer versions may take over again."""
    release(collection_id)
    ring(tasks.build_index, collection_id)


def delete(documents: Iterable[Document]) -> None:
    """Gone from the next answer on: passages are read from the database, not from the index."""
    gone = list(documents)
    with transaction.atomic():
        for some in batches([document.pk for document in gone], ROWS_PER_QUERY):
            hashes = set(Chunk.objects.filter(document__in=some).values_list("content_hash", flat=True))
            hashes.update(Document.objects.filter(pk__in=some).values_list("page_hash", flat=True))
            Document.objects.filter(pk__in=some).delete()
            forget_unused(hashes)
        for collection_id in {document.collection_id for document in gone}:
            count_change(collection_id)
            ring(tasks.build_index, collection_id)
        for file in (document.file for document in gone if document.file.name):
            transaction.on_commit(partial(file.storage.delete, str(file.name)))


def enqueue(document_ids: list[int]) -> None:
    for some in batches(document_ids, tasks.DOCUMENTS_PER_TASK):
        ring(tasks.ingest_documents, some)


def ring(task: Task[..., None], argument: object) -> None:
    transaction.on_commit(partial(send, task, argument))


def send(task: Task[..., None], argument: object) -> None:
    """A broker that is down costs half a minute: the sweep finds the row."""
    try:
        task.apply_async((argument,), retry=False)
    except NO_BROKER as error:
        log.warning("broker_unreachable", task=task.name, reason=str(error))
