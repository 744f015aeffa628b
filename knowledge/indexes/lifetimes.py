"""Versions in a store that is shared by all machines: entries that know from which version to which they live.

A version costs only what is new in it: what stays is not touched, what is gone is given its end. A snapshot asks for
the entries that live in its version, so it sees neither a version that is still being written nor what came after it.

An engine is a ``Store`` of entries and a ``Snapshot`` that searches them; the rest is here.
"""

import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import structlog

from knowledge.batches import batches
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Content, Heartbeat, Ids, Snapshot
from knowledge.indexes.changes import Changes, changes_since
from knowledge.indexes.sparse import page_terms, passage_terms, words_of
from knowledge.indexes.stores import PAGES, PASSAGES, Ending, Entry, Record, Store
from knowledge.indexes.turns import take_turn
from knowledge.models import Collection, IndexVersion

log = structlog.get_logger(__name__)

# Written at once: enough to be quick, little enough for memory and a request.
ENTRIES_AT_ONCE = 256
# Visitors of different audiences, staff of different groups: each sees other collections.
SNAPSHOTS_KEPT = 64


class LifetimesEngine:
    name: str

    def __init__(self, store: Store, open_snapshot: Callable[[tuple[Record, ...]], Snapshot]) -> None:
        self.store = store
        self.known: dict[str, Record] = {}
        self.opened = lru_cache(SNAPSHOTS_KEPT)(open_snapshot)

    def check(self) -> None:
        self.store.check()

    def publish(
        self,
        version: IndexVersion,
        content: Content,
        previous: IndexVersion | None,
        beat: Heartbeat,
        merged: Any = None,
    ) -> None:
        take_turn(version, beat)
        record = record_of(version, content)
        self.store.prepare(record)
        base = self.base_of(version, content, previous)
        passages, pages = (self.store.living(kind, version.collection_id) for kind in (PASSAGES, PAGES))
        changes = changes_since(passages.of(base) if base else None, content)
        fresh_pages = np.setdiff1d(content.document_ids, np.setdiff1d(pages.of(base).ids, changes.touched))
        self.write(record, content, changes.added, fresh_pages, beat)
        recount = not base or bool((passages.since > base).any())
        self.store.complete(record, Ending(base, changes.gone, changes.touched, recount))
        fill_in(version, record, changes)

    def base_of(self, version: IndexVersion, content: Content, previous: IndexVersion | None) -> int:
        """The version to build upon, or 0: none, or made otherwise, or not what the store remembers."""
        found = self.store.records([previous.manifest_sha256]) if previous and previous.manifest_sha256 else []
        usable = (record.version for record in found if record.made_for == made_for(version, content))
        return next(usable, 0)

    def write(self, record: Record, content: Content, chunk_ids: Ids, document_ids: Ids, beat: Heartbeat) -> None:
        done = 0
        for entries in batches(passages(content, chunk_ids), ENTRIES_AT_ONCE):
            self.store.add(PASSAGES, record, entries)
            done += len(entries)
            beat(done)
        for entries in batches(pages(content, document_ids), ENTRIES_AT_ONCE):
            self.store.add(PAGES, record, entries)
            beat(done)

    def needs_merge(self, version: IndexVersion) -> bool:
        return False

    def merge(self, content: Content, beat: Heartbeat) -> None:
        return None

    def discard(self, merged: None) -> None:
        return None

    def serve(self, candidates: Sequence[Sequence[IndexVersion]]) -> list[Snapshot]:
        self.look_up([version for versions in candidates for version in versions[:1]])
        found = [record for versions in candidates if (record := self.newest(versions))]
        alike = groupby(sorted(found, key=kind_of), key=kind_of)
        return [self.opened(tuple(records)) for _, records in alike]

    def newest(self, versions: Sequence[IndexVersion]) -> Record | None:
        for version in versions:
            if record := self.known.get(version.manifest_sha256) or self.look_up([version]):
                return record
        return None

    def look_up(self, versions: Sequence[IndexVersion]) -> Record | None:
        """Marks those the store does not have as failed, so that they are built again. It may also be out of reach."""
        wanted = [version for version in versions if version.manifest_sha256 not in self.known]
        if not wanted:
            return None
        try:
            found = {record.seal: record for record in self.store.records([each.manifest_sha256 for each in wanted])}
        except IndexUnusable as error:
            log.error("index_unreachable", engine=self.name, reason=error.user_message)
            return None
        self.known.update(found)
        for version in wanted:
            if version.manifest_sha256 not in found:
                report_missing(version)
        return found.get(wanted[0].manifest_sha256)

    def close(self) -> None:
        self.store.close()

    def forget(self, versions: Sequence[IndexVersion]) -> None:
        """And collections that are gone altogether."""
        existing = set(Collection.objects.values_list("pk", flat=True))
        for collection in {version.collection_id for version in versions} | (self.store.collections() - existing):
            kept = IndexVersion.objects.filter(collection=collection, engine=self.name).values_list("pk", flat=True)
            self.store.forget(collection, list(kept))


def passages(content: Content, chunk_ids: Ids) -> Iterator[Entry]:
    for some in in_parts(chunk_ids):
        vectors = dict(zip(some.tolist(), content.vectors(some), strict=True))
        documents = dict(zip(some.tolist(), documents_at(content, some), strict=True))
        for chunk in content.chunks(some):
            terms = passage_terms(chunk, content.language)
            yield Entry(chunk.chunk_id, documents[chunk.chunk_id], vectors[chunk.chunk_id], terms, words_of(chunk))


def pages(content: Content, document_ids: Ids) -> Iterator[Entry]:
    for some in in_parts(document_ids):
        vectors = dict(zip(some.tolist(), content.page_vectors(some), strict=True))
        for page in content.pages(some):
            terms = page_terms(page, content.language)
            yield Entry(page.document_id, page.document_id, vectors[page.document_id], terms)


def in_parts(ids: Ids) -> Iterator[Ids]:
    return (ids[start : start + ENTRIES_AT_ONCE] for start in range(0, len(ids), ENTRIES_AT_ONCE))


def documents_at(content: Content, chunk_ids: Ids) -> list[int]:
    found: list[int] = content.document_ids[np.searchsorted(content.chunk_ids, chunk_ids)].tolist()
    return found


def record_of(version: IndexVersion, content: Content) -> Record:
    first = content.vectors(content.chunk_ids[:1])
    return Record(
        seal=secrets.token_hex(32),
        version=version.pk,
        collection=version.collection_id,
        made_for=made_for(version, content),
        language=content.language,
        model=version.embedding_model,
        dimension=int(first.shape[1]) if len(first) else 0,
        chunks=len(content.chunk_ids),
    )


def fill_in(version: IndexVersion, record: Record, changes: Changes) -> None:
    version.manifest_sha256 = record.seal
    version.dimension, version.chunk_count = record.dimension, record.chunks
    version.details = {"kind": "lifetimes", "added": len(changes.added), "gone": len(changes.gone)}
    version.host = socket.gethostname()


def made_for(version: IndexVersion, content: Content) -> str:
    """Versions of which this differs have nothing in common. The number is that of this layout."""
    return f"2 {version.embedding_model} {version.recipe} {content.language}"


def kind_of(record: Record) -> tuple[str, str, int]:
    """What is searched together: one model's vectors, one language's words. Nothing fits in anywhere."""
    return record.model, record.language, record.dimension


def report_missing(version: IndexVersion) -> None:
    reason = "The vector store does not have this version."
    log.error("index_unusable", collection=version.collection_id, version=version.pk, reason=reason)
    IndexVersion.objects.filter(pk=version.pk).update(status=IndexVersion.Status.FAILED, error=reason)
