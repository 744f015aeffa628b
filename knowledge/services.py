"""Every change to what we know: written first, then processed."""

from collections.abc import Iterable
from functools import partial
from itertools import chain, count
from pathlib import PurePosixPath
from typing import Required, TypedDict, Unpack

import structlog
from celery import Task
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from kombu.exceptions import ChannelError, OperationalError

from knowledge import loaders, originals, tasks, versions
from knowledge.batches import batches
from knowledge.building import release
from knowledge.errors import DocumentError
from knowledge.ingestion import count_change
from knowledge.leases import FIRST_RETRY
from knowledge.loaders.base import INDEX_NAMES
from knowledge.models import Chunk, Collection, CollectionPlan, Document, DocumentVersion, IndexVersion, Source
from knowledge.recipes import current_recipe
from knowledge.vectors import forget_unused
from knowledge.versions import Change, Origin
from supportbot.full_disk import full_disk_named

log = structlog.get_logger(__name__)

Status = Document.Status
Publication = Document.Publication
FROM_SOURCES = (Origin.SYNC, Origin.PUSH)
NO_BROKER = (OperationalError, ChannelError, OSError)
LONGEST_SLUG = 200
ROWS_PER_QUERY = 500


class Arrival(TypedDict, total=False):
    """A document that is given to us, but for what it says.

    An empty ``title`` means the document's own; an empty ``format`` the one its path tells. Without ``url`` or
    ``source`` a document keeps those it has. With ``publish=False`` it waits for somebody's yes, and a document that is
    there stays as it is until then.
    """

    collection: Required[Collection]
    path: Required[str]
    title: str
    url: str
    format: str
    source: Source | None
    origin: str
    author: AbstractUser | None
    publish: bool


def save_document(
    *, data: bytes | None = None, content: str | None = None, **arrival: Unpack[Arrival]
) -> tuple[Document, bool]:
    """Creates or replaces the document at this path and has it processed. False if it already says just that.

    What cannot be read becomes a document that says why. ``DocumentError`` if it would take the place of one that
    can be, or is only proposed.
    """
    document, changed = put_document(given=data if content is None else content, **arrival)
    if changed and is_to_be_read(document):
        enqueue([document.pk])
    return document, changed


@full_disk_named()
def put_document(*, given: bytes | str | None, **arrival: Unpack[Arrival]) -> tuple[Document, bool]:
    """``save_document`` for callers that process the documents themselves. ``DiskFull`` if it cannot be kept."""
    change = Change(arrival.get("origin", Origin.EDITOR), arrival.get("author"), arrival.get("publish", True))
    wanted = Document(
        collection=arrival["collection"],
        path=arrival["path"],
        title=arrival.get("title", "")[:300],
        format=arrival.get("format", ""),
    )
    read_into(wanted, given or "")
    try:
        with transaction.atomic():
            return upsert(wanted, given or "", change, arrival)
    except IntegrityError:
        # Somebody else created it between our look and our write; now it is there to be updated.
        with transaction.atomic():
            return upsert(wanted, given or "", change, arrival)


def is_to_be_read(document: Document) -> bool:
    return document.status == Status.PENDING and document.publication == Publication.PUBLISHED


def read_into(document: Document, given: bytes | str) -> None:
    """Text becomes the content; a file is looked at only as far as that is safe here."""
    try:
        document.format = document.format or loaders.format_of(document.path)
        document.given_hash = originals.given_hash(given)
        if isinstance(given, str) or loaders.is_text(document.format):
            document.content = loaders.read(given)
        else:
            loaders.check(given, document.path)
    except DocumentError as error:
        document.status, document.error = Status.FAILED, error.user_message


def upsert(wanted: Document, given: bytes | str, change: Change, arrival: Arrival) -> tuple[Document, bool]:
    at_path = Document.objects.filter(collection=wanted.collection, path=wanted.path)
    existing = at_path.select_for_update().first()
    wanted.url = arrival.get("url", existing.url if existing else "")
    wanted.source = arrival.get("source", existing.source if existing else None)
    if existing is None:
        return create(wanted, given, change), True
    is_same = says_the_same(existing, wanted, change)
    came_back = (is_same or change.publish) and came_back_to_source(existing, wanted)
    if is_same:
        if change.publish and (came_back or (existing.url, existing.source) != (wanted.url, wanted.source)):
            take_over(existing, wanted)
        return existing, came_back
    if wanted.status == Status.FAILED and (not change.publish or existing.status == Status.READY):
        raise DocumentError(wanted.error)
    keep_file(wanted, given)
    if wanted.status != Status.FAILED:
        versions.record(existing, wanted, change)
    if change.origin not in FROM_SOURCES:
        # So that the source is known to say what it said before.
        wanted.given_hash = existing.given_hash
    write(existing, wanted, change)
    return existing, True


def write(existing: Document, wanted: Document, change: Change) -> None:
    """Of what is only proposed, no more than that its source said so. A draft is what was proposed last."""
    is_draft = existing.publication == Publication.DRAFT
    if not (change.publish or is_draft):
        existing.given_hash = wanted.given_hash
        existing.save(update_fields=["given_hash"])
        return
    existing.url, existing.source = wanted.url, wanted.source
    if change.publish and is_draft:
        existing.publication = Publication.PUBLISHED
        versions.withdraw_proposals(existing)
    revise(existing, wanted)


def take_over(existing: Document, wanted: Document) -> None:
    """What is known of a document beside what it says."""
    existing.url, existing.source, existing.given_hash = wanted.url, wanted.source, wanted.given_hash
    existing.save(update_fields=["url", "source", "publication", "retired_by", "given_hash"])


def create(wanted: Document, given: bytes | str, change: Change) -> Document:
    wanted.slug = free_slug(wanted)
    wanted.publication = Publication.PUBLISHED if change.publish else Publication.DRAFT
    wanted.lease_expires_at = timezone.now() + FIRST_RETRY
    keep_file(wanted, given)
    wanted.save()
    if wanted.status != Status.FAILED:
        versions.record(wanted, wanted, change)
    return wanted


def keep_file(wanted: Document, given: bytes | str) -> None:
    if isinstance(given, bytes) and wanted.status != Status.FAILED and not wanted.content:
        wanted.file = originals.store(wanted.path, given)


def came_back_to_source(existing: Document, wanted: Document) -> bool:
    """What its source had lost and has again answers again."""
    if wanted.source is None or existing.retired_by != Document.RetiredBy.SOURCE:
        return False
    existing.publication, existing.retired_by = Publication.PUBLISHED, ""
    count_change(existing.collection_id)
    ring(tasks.build_index, existing.collection_id)
    return True


def says_the_same(existing: Document, wanted: Document, change: Change) -> bool:
    if wanted.status == Status.FAILED:
        return (existing.status, existing.error) == (Status.FAILED, wanted.error)
    if not change.publish and versions.is_proposed(existing, wanted):
        return True
    is_draft = existing.publication == Publication.DRAFT
    if is_draft and change.publish:
        return False
    if existing.url != wanted.url and not change.publish and not is_draft:
        return False
    if wanted.title not in ("", existing.title) or existing.format != wanted.format:
        return False
    # What an editor made of a page stays until its source changes it.
    has_something = bool(existing.content or existing.file)
    if change.origin in FROM_SOURCES and has_something and existing.given_hash == wanted.given_hash:
        return True
    if wanted.content:
        return existing.content == wanted.content
    return bool(existing.file) and originals.stored_hash(str(existing.file.name)) == wanted.given_hash


def revise(existing: Document, wanted: Document) -> None:
    """Another text under the same address. It has to be read again."""
    for field in ("title", "content", "file", "format", "given_hash", "status", "error"):
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
    """To be read once more. Of what was refused when it came nothing was kept, but the reason."""
    refused = Q(status=Status.FAILED, content="", file="")
    for some in batches(document_ids, ROWS_PER_QUERY):
        Document.objects.filter(~refused, pk__in=some).update(
            status=Status.PENDING, error="", attempts=0, lease_expires_at=timezone.now() + FIRST_RETRY
        )


def stop_reading(collections: QuerySet[Collection]) -> int:
    """Documents that wait only to be read again stay as they are. Those that were changed are read all the same."""
    said = Chunk.objects.filter(document=OuterRef("pk"), revision=OuterRef("revision"))
    waiting = Document.objects.filter(Exists(said), collection__in=collections, status=Status.PENDING)
    # By another recipe they would be taken up again.
    return waiting.filter(recipe=str(current_recipe())).update(status=Status.READY, attempts=0, lease_expires_at=None)


def retire(documents: Iterable[Document], by: str = Document.RetiredBy.EDITOR) -> int:
    """Found no more from the next answer on, but kept. Returns how many that changed."""
    return change_publication(
        documents, Q(publication=Publication.PUBLISHED), publication=Publication.RETIRED, retired_by=by
    )


def put_back(documents: Iterable[Document]) -> int:
    """Answers again with what it said when it was retired. Returns how many that changed."""
    chosen = list(documents)
    changed = change_publication(
        chosen, Q(publication=Publication.RETIRED), publication=Publication.PUBLISHED, retired_by=""
    )
    unread = Document.objects.filter(pk__in=[document.pk for document in chosen], status=Status.PENDING)
    enqueue(list(unread.values_list("pk", flat=True)))
    return changed


def change_publication(documents: Iterable[Document], which: Q, **fields: str) -> int:
    chosen = list(documents)
    changed = 0
    with transaction.atomic():
        for some in batches([document.pk for document in chosen], ROWS_PER_QUERY):
            changed += Document.objects.filter(which, pk__in=some).update(**fields)
        for collection_id in {document.collection_id for document in chosen} if changed else ():
            count_change(collection_id)
            ring(tasks.build_index, collection_id)
    return changed


def verify(documents: Iterable[Document], user: AbstractUser) -> int:
    """Somebody says that these are still true today. What cannot be read says nothing that could be, and is left."""
    verified = 0
    for some in batches([document.pk for document in documents], ROWS_PER_QUERY):
        readable = Document.objects.filter(pk__in=some).exclude(status=Document.Status.FAILED)
        verified += readable.update(verified_at=timezone.now(), verified_by=user)
    return verified


def keep_to_plans(collection: Collection, plans: Iterable[str]) -> None:
    """From the next question on. None means all customers."""
    wanted = set(plans)
    with transaction.atomic():
        collection.plans.exclude(plan__in=wanted).delete()
        present = set(collection.plans.values_list("plan", flat=True))
        collection.plans.bulk_create(CollectionPlan(collection=collection, plan=plan) for plan in wanted - present)


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
    files = [str(document.file.name or "") for document in gone]
    with transaction.atomic():
        for some in batches([document.pk for document in gone], ROWS_PER_QUERY):
            hashes = set(Chunk.objects.filter(document__in=some).values_list("content_hash", flat=True))
            hashes.update(Document.objects.filter(pk__in=some).values_list("page_hash", flat=True))
            files += DocumentVersion.objects.filter(document__in=some).values_list("file", flat=True)
            Document.objects.filter(pk__in=some).delete()
            forget_unused(hashes)
        for collection_id in {document.collection_id for document in gone}:
            count_change(collection_id)
            ring(tasks.build_index, collection_id)
        originals.remove_unused(files)


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
