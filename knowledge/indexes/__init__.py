"""The engines that keep what is searched, by the scheme of ``VECTOR_STORE_URL``, and what they serve now."""

from collections import defaultdict
from collections.abc import Collection as Ids
from typing import cast

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string

from knowledge import models
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Engine, Snapshot
from knowledge.models import Document, IndexVersion

ENGINES = {
    "faiss": "knowledge.indexes.disk.DiskEngine",
    "pgvector": "knowledge.indexes.pgvector.PgvectorEngine",
    "qdrant": "knowledge.indexes.qdrant.QdrantEngine",
}

__all__ = ["ENGINES", "Engine", "Snapshot", "close_engine", "engine_name", "get_engine", "health", "serving"]

Status = IndexVersion.Status
engines: dict[str, Engine] = {}


def engine_name(url: str = "") -> str:
    """Of ``VECTOR_STORE_URL``, if no other is given. What follows a plus sign is how the engine is reached."""
    return str(url or settings.VECTOR_STORE_URL).partition("://")[0].partition("+")[0]


def get_engine(url: str = "") -> Engine:
    """One per process and place: it holds what is open. ``IndexUnusable`` if it is not installed."""
    url = url or settings.VECTOR_STORE_URL
    if url not in engines:
        engines[url] = cast(Engine, import_string(ENGINES[engine_name(url)])(url))
    return engines[url]


def close_engine(url: str) -> None:
    """Whoever asks for it again gets another."""
    if engine := engines.pop(url, None):
        engine.close()


def serving(collection_ids: Ids[int]) -> list[Snapshot]:
    """What can be searched of these collections now. One query; opens only what is new."""
    return get_engine().serve(candidates(collection_ids))


def candidates(collection_ids: Ids[int]) -> list[list[IndexVersion]]:
    """By collection, what is served first; what was served before stands in if that turns out damaged."""
    versions = IndexVersion.objects.filter(
        collection__in=collection_ids, engine=engine_name(), status__in=[Status.SERVING, Status.RETIRED]
    )
    by_collection: defaultdict[int, list[IndexVersion]] = defaultdict(list)
    for version in sorted(versions, key=lambda version: (version.status != Status.SERVING, -version.pk)):
        by_collection[version.collection_id].append(version)
    return list(by_collection.values())


def health() -> str:
    """Begins with "ok", or says why documents that are ready cannot be found. Without documents there is nothing to
    find."""
    try:
        get_engine().check()
    except IndexUnusable as error:
        return error.user_message
    ready = Document.objects.filter(
        collection=OuterRef("pk"), status=Document.Status.READY, publication=Document.Publication.PUBLISHED
    )
    collections = dict(models.Collection.objects.filter(Exists(ready)).values_list("pk", "slug"))
    served = {pk for snapshot in serving(collections) for pk in snapshot.collection_ids}
    missing = sorted(slug for pk, slug in collections.items() if pk not in served)
    if missing:
        return f"No index has been built yet for: {', '.join(missing)}."
    current = IndexVersion.objects.filter(status=Status.SERVING, engine=engine_name())
    whole = set(current.values_list("collection", flat=True))
    if earlier := sorted(slug for pk, slug in collections.items() if pk not in whole):
        return f"ok: an earlier version answers until the index is built again for: {', '.join(earlier)}."
    return "ok"
