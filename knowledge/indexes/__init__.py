"""The snapshots this process answers from: one per collection, swapped by reference when a newer one is served."""

from collections.abc import Collection as Ids
from itertools import groupby
from threading import Lock

import structlog
from django.db.models import Case, Exists, OuterRef, Value, When

from knowledge import models
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Snapshot
from knowledge.indexes.snapshots import open_snapshot
from knowledge.models import Document, IndexVersion

log = structlog.get_logger(__name__)

__all__ = ["Snapshot", "health", "serving"]

Status = IndexVersion.Status
opened: dict[int, Snapshot] = {}
unusable: set[str] = set()
opening = Lock()


def serving(collection_ids: Ids[int]) -> list[Snapshot]:
    """The newest usable snapshot of each of these collections that has one. One query; opens only what is new."""
    snapshots = (snapshot_of(list(versions)) for _, versions in groupby(candidates(collection_ids), by_collection))
    return [snapshot for snapshot in snapshots if snapshot]


def candidates(collection_ids: Ids[int]) -> list[IndexVersion]:
    """What is served comes first; what was served before stands in if that turns out damaged."""
    serving_first = Case(When(status=Status.SERVING, then=Value(0)), default=Value(1))
    versions = IndexVersion.objects.filter(
        collection__in=collection_ids, status__in=[Status.SERVING, Status.RETIRED]
    ).order_by("collection_id", serving_first, "-id")
    return list(versions)


def by_collection(version: IndexVersion) -> int:
    return version.collection_id


def snapshot_of(versions: list[IndexVersion]) -> Snapshot | None:
    for version in versions:
        current = opened.get(version.collection_id)
        if current and current.seal == version.manifest_sha256:
            return current
        if version.manifest_sha256 not in unusable and (snapshot := open_once(version)):
            return snapshot
    return None


def open_once(version: IndexVersion) -> Snapshot | None:
    with opening:
        current = opened.get(version.collection_id)
        if current and current.seal == version.manifest_sha256:
            return current
        try:
            snapshot = open_snapshot(version)
        except IndexUnusable as error:
            unusable.add(version.manifest_sha256)
            report(version, error)
            return None
        opened[version.collection_id] = snapshot
        return snapshot


def report(version: IndexVersion, error: IndexUnusable) -> None:
    """A version marked as failed is no longer served, so the sweep of pending work has a new one built."""
    log.error("index_unusable", collection=version.collection_id, version=version.pk, reason=error.user_message)
    IndexVersion.objects.filter(pk=version.pk).update(status=Status.FAILED, error=error.user_message)


def health() -> str:
    """ "ok", or why documents that are ready cannot be found. Without documents there is nothing to find."""
    ready = Document.objects.filter(collection=OuterRef("pk"), status=Document.Status.READY)
    collections = dict(models.Collection.objects.filter(Exists(ready)).values_list("pk", "slug"))
    served = {snapshot.collection_id for snapshot in serving(collections)}
    missing = sorted(slug for pk, slug in collections.items() if pk not in served)
    if not missing:
        return "ok"
    return f"No index has been built yet for: {', '.join(missing)}."
