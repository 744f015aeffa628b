"""The engine of one machine: FAISS and two text indexes in immutable folders."""

import shutil
from collections.abc import Sequence

from knowledge.indexes import snapshots
from knowledge.indexes.base import Content, Heartbeat, Snapshot
from knowledge.indexes.opened import OpenedVersions
from knowledge.models import IndexVersion


class DiskEngine:
    def __init__(self, url: str) -> None:
        self.opened = OpenedVersions()

    def check(self) -> None:
        """Files are looked at when they are opened."""

    def publish(
        self,
        version: IndexVersion,
        content: Content,
        previous: IndexVersion | None,
        beat: Heartbeat,
        merged: snapshots.Base | None = None,
    ) -> None:
        snapshots.publish(version, content, previous, beat, merged)

    def needs_merge(self, version: IndexVersion) -> bool:
        return snapshots.needs_merge(version)

    def merge(self, content: Content, beat: Heartbeat) -> snapshots.Base:
        return snapshots.merge(content, beat)

    def discard(self, merged: snapshots.Base) -> None:
        shutil.rmtree(merged.folder, ignore_errors=True)

    def serve(self, candidates: Sequence[Sequence[IndexVersion]]) -> list[Snapshot]:
        found = (self.opened.newest(versions) for versions in candidates)
        return [snapshot for snapshot in found if snapshot]

    def close(self) -> None:
        """What is mapped goes with the last snapshot of it."""

    def forget(self, versions: Sequence[IndexVersion]) -> None:
        snapshots.remove([version.folder for version in versions])
        snapshots.remove_abandoned(set(IndexVersion.objects.values_list("folder", flat=True)))
