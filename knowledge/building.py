"""A new index of a collection: written beside the one that is served, then switched to."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import numpy as np
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from knowledge.embedders import get_embedder
from knowledge.errors import EmbeddingError, IndexUnusable
from knowledge.indexes import snapshots
from knowledge.indexes.base import IndexedChunk
from knowledge.models import Chunk, Collection, Document, IndexVersion
from knowledge.searchable import readable
from knowledge.vectors import embed_missing, vectors_of

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
# The one that is served, and two to fall back to if it turns out damaged.
KEPT_VERSIONS = 3
Status = IndexVersion.Status


def build_index(collection_id: int) -> IndexVersion | None:
    """The new version that is served, or None if there was nothing to do or a newer one came first."""
    collection = Collection.objects.filter(pk=collection_id).first()
    if collection is None or is_current(collection):
        return None
    version = begin(collection)
    started = monotonic()
    try:
        write(version)
    except (EmbeddingError, IndexUnusable) as error:
        IndexVersion.objects.filter(pk=version.pk).update(status=Status.FAILED, error=error.user_message)
        raise
    version.build_seconds = monotonic() - started
    switched = switch_to(version)
    clean_up(version)
    log.info("index_built", collection=collection.slug, version=version.pk, served=switched, chunks=version.chunk_count)
    return version if switched else None


def is_current(collection: Collection) -> bool:
    return collection.index_versions.filter(
        status=Status.SERVING,
        content_version=collection.content_version,
        embedding_model=settings.EMBEDDING_MODEL,
    ).exists()


def begin(collection: Collection) -> IndexVersion:
    """The content is read after its version: an index may hold more than it says, never less."""
    return IndexVersion.objects.create(
        collection=collection,
        content_version=collection.content_version,
        embedding_model=settings.EMBEDDING_MODEL,
        lease_expires_at=timezone.now() + LEASE,
    )


def write(version: IndexVersion) -> None:
    chunks = list(
        Chunk.objects.filter(document__collection=version.collection_id, revision=F("document__revision"))
        .select_related("document")
        .only("headings", "text", "content_hash", "document__title")
        .order_by("pk")
    )
    embedder = get_embedder(version.embedding_model)
    # Nearly always there already; after a change of the model this is where the new vectors come from.
    embed_missing({chunk.content_hash: chunk.searchable_text for chunk in chunks}, embedder, renewing(version))
    dimension = embedder.dimension if chunks else 0
    vectors = vectors_of([chunk.content_hash for chunk in chunks], embedder.name, dimension)
    ids = np.array([chunk.pk for chunk in chunks], dtype=np.int64)
    snapshots.write(version, ids, vectors, [indexed(chunk) for chunk in chunks])


def indexed(chunk: Chunk) -> IndexedChunk:
    return IndexedChunk(chunk.pk, chunk.headings[0], " ".join(chunk.headings[1:]), readable(chunk.text))


def renewing(version: IndexVersion) -> Callable[[], None]:
    def renew() -> None:
        IndexVersion.objects.filter(pk=version.pk).update(lease_expires_at=timezone.now() + LEASE)

    return renew


def switch_to(version: IndexVersion) -> bool:
    """False if the collection is gone, or a version with newer content is served already."""
    with transaction.atomic():
        if not Collection.objects.select_for_update().filter(pk=version.collection_id).exists():
            return False
        served = IndexVersion.objects.filter(collection=version.collection_id, status=Status.SERVING)
        if served.filter(content_version__gt=version.content_version).exists():
            return False
        served.update(status=Status.RETIRED)
        version.status = Status.SERVING
        version.lease_expires_at = None
        version.save()
    return True


def clean_up(finished: IndexVersion) -> None:
    """Keeps the last few versions that were served, and what others are building."""
    versions = IndexVersion.objects.filter(collection=finished.collection_id)
    kept = list(
        versions.filter(status__in=[Status.SERVING, Status.RETIRED]).values_list("pk", flat=True)[:KEPT_VERSIONS]
    )
    being_built = Q(status=Status.BUILDING, lease_expires_at__gt=timezone.now()) & ~Q(pk=finished.pk)
    old = versions.exclude(pk__in=kept).exclude(being_built)
    folders = list(old.values_list("folder", flat=True))
    old.delete()
    snapshots.remove(folders)
    snapshots.remove_abandoned(set(IndexVersion.objects.values_list("folder", flat=True)))


def stale_collections() -> list[int]:
    """Collections whose index is behind their content, or made by another model, and that nobody is building."""
    versions = IndexVersion.objects.filter(collection=OuterRef("pk"))
    current = versions.filter(
        status=Status.SERVING,
        content_version=OuterRef("content_version"),
        embedding_model=settings.EMBEDDING_MODEL,
    )
    being_built = versions.filter(status=Status.BUILDING, lease_expires_at__gt=timezone.now())
    ready = Document.objects.filter(collection=OuterRef("pk"), status=Document.Status.READY)
    stale = Collection.objects.filter(Exists(ready) | Exists(versions), ~Exists(current), ~Exists(being_built))
    return list(stale.values_list("pk", flat=True))
