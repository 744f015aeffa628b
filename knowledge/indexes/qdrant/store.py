"""The collections of Qdrant that hold the index: entries by their kind and dimension, words, and records."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from django.conf import settings

from knowledge.batches import batches
from knowledge.indexes.qdrant.client import (
    IDS_PER_FILTER,
    Qdrant,
    all_of,
    any_of,
    between,
    equals,
    lives_in,
    models,
    some_of,
)
from knowledge.indexes.stores import ALIVE, PAGES, PASSAGES, Ending, Entry, Living, Record

# The two vectors of an entry.
MEANING, WORDS = "meaning", "words"
RECORDS, VOCABULARY = "records", "vocabulary"


class QdrantStore:
    def __init__(self, qdrant: Qdrant) -> None:
        self.qdrant = qdrant
        self.there: set[str] = set()

    def check(self) -> None:
        self.qdrant.names()

    def close(self) -> None:
        self.qdrant.close()

    def prepare(self, record: Record) -> None:
        self.make(self.qdrant.named(RECORDS))
        self.make(self.qdrant.named(VOCABULARY))
        for kind in (PASSAGES, PAGES) if record.dimension else ():
            self.make(self.entries_of(kind, record.dimension), record.dimension)
        later = all_of(equals("collection", str(record.collection)), between("since", gte=record.version))
        for name in (*self.qdrant.names(PASSAGES), *self.qdrant.names(PAGES)):
            self.delete(name, later)

    def make(self, name: str, dimension: int = 0) -> None:
        if name in self.there:
            return
        with self.qdrant.write() as client:
            if not client.collection_exists(name):
                kept = vectors_of(dimension) if dimension else {"vectors_config": {}}
                client.create_collection(name, **kept, **copies())
                for field, kind in payload_indexes().items() if dimension else ():
                    client.create_payload_index(name, field, kind)
        self.there.add(name)

    def entries_of(self, kind: str, dimension: int) -> str:
        return self.qdrant.named(kind, dimension)

    def living(self, kind: str, collection: int) -> Living:
        here = all_of(equals("collection", str(collection)), equals("until", ALIVE))
        found = [
            (point["entry"], point["document"], point["since"])
            for name in self.qdrant.names(kind)
            for point in self.qdrant.scroll(name, here, ["entry", "document", "since"])
        ]
        rows = np.array(sorted(found), dtype=np.int64).reshape(-1, 3)
        return Living(*(np.ascontiguousarray(column) for column in rows.T))

    def add(self, kind: str, record: Record, entries: Sequence[Entry]) -> None:
        with self.qdrant.write() as client:
            client.upsert(self.entries_of(kind, record.dimension), [point(record, entry) for entry in entries])

    def complete(self, record: Record, ending: Ending) -> None:
        for kind, gone in ((PASSAGES, ending.chunk_ids), (PAGES, ending.document_ids)):
            for name in self.qdrant.names(kind):
                self.end(name, record, ending.base, gone.tolist())
        self.count(record, ending.recount)
        with self.qdrant.write() as client:
            known = models.PointStruct(id=key("record", record.seal), vector={}, payload=asdict(record))
            client.upsert(self.qdrant.named(RECORDS), [known])

    def end(self, name: str, record: Record, base: int, gone: list[int]) -> None:
        """Nobody who searches an earlier version notices: to them, it ends later."""
        here, before = equals("collection", str(record.collection)), between("since", lt=record.version)
        for some in [[], *batches(gone, IDS_PER_FILTER)]:
            ends = [between("until", lt=ALIVE), between("since", gt=base), *([any_of("entry", some)] if some else [])]
            where = all_of(here, before, between("until", gt=record.version), some_of(*ends))
            with self.qdrant.write() as client:
                client.set_payload(name, {"until": record.version}, models.FilterSelector(filter=where))

    def count(self, record: Record, recount: bool) -> None:
        """How many passages have each word, a point for each first letter."""
        here, version = equals("collection", str(record.collection)), record.version
        if recount:
            self.delete(self.qdrant.named(VOCABULARY), all_of(here))
        counts: Counter[str] = Counter()
        for name in self.qdrant.names(PASSAGES):
            came = equals("until", ALIVE) if recount else equals("since", version)
            counts.update(self.words(name, came, here))
            if not recount:
                counts.subtract(self.words(name, equals("until", version), here, between("since", lt=version)))
        by_letter: dict[str, Counter[str]] = defaultdict(Counter)
        for word, count in counts.items():
            by_letter[word[0]][word] = count
        for letter, changes in by_letter.items():
            self.change_words(record.collection, letter, changes)

    def words(self, name: str, *where: Any) -> Iterable[str]:
        return (word for point in self.qdrant.scroll(name, all_of(*where), ["words"]) for word in point["words"])

    def change_words(self, collection: int, letter: str, changes: Counter[str]) -> None:
        total = Counter(self.words_beginning_with(collection, letter))
        total.update(changes)
        kept = {word: count for word, count in total.items() if count > 0}
        payload = {"collection": str(collection), "words": kept}
        with self.qdrant.write() as client:
            found = models.PointStruct(id=key("words", collection, letter), vector={}, payload=payload)
            client.upsert(self.qdrant.named(VOCABULARY), [found])

    def words_beginning_with(self, collection: int, letter: str) -> dict[str, int]:
        with self.qdrant.read() as client:
            found = client.retrieve(self.qdrant.named(VOCABULARY), [key("words", collection, letter)])
        return {word: count for point in found for word, count in (point.payload or {})["words"].items()}

    def records(self, seals: Sequence[str]) -> list[Record]:
        self.make(self.qdrant.named(RECORDS))
        with self.qdrant.read() as client:
            found = client.retrieve(self.qdrant.named(RECORDS), [key("record", seal) for seal in seals])
        return [Record(**(point.payload or {})) for point in found]

    def collections(self) -> set[int]:
        everything = self.qdrant.scroll(self.qdrant.named(RECORDS), models.Filter(), ["collection"])
        return {point["collection"] for point in everything}

    def forget(self, collection: int, kept: Sequence[int]) -> None:
        here = equals("collection", str(collection))
        dead = models.Filter(must=[here], must_not=[lives_in(version) for version in kept])
        for name in (*self.qdrant.names(PASSAGES), *self.qdrant.names(PAGES)):
            self.delete(name, dead)
        old = models.Filter(must=[equals("collection", collection)], must_not=[any_of("version", kept)] if kept else [])
        self.delete(self.qdrant.named(RECORDS), old)
        if not kept:
            self.delete(self.qdrant.named(VOCABULARY), all_of(here))

    def delete(self, name: str, where: models.Filter) -> None:
        with self.qdrant.write() as client:
            client.delete(name, models.FilterSelector(filter=where))

    def drop(self) -> None:
        """Everything, for good."""
        for name in self.qdrant.names():
            with self.qdrant.write() as client:
                client.delete_collection(name)
        self.there.clear()


def point(record: Record, entry: Entry) -> models.PointStruct:
    return models.PointStruct(
        id=key(record.collection, record.version, entry.id),
        vector={
            MEANING: entry.vector.tolist(),
            WORDS: models.SparseVector(indices=list(entry.terms), values=list(entry.terms.values())),
        },
        payload={
            "collection": str(record.collection),
            "entry": entry.id,
            "document": entry.document_id,
            "since": record.version,
            "until": ALIVE,
            "words": list(entry.words),
        },
    )


def key(*parts: object) -> str:
    return str(uuid5(NAMESPACE_URL, " ".join(map(str, parts))))


def vectors_of(dimension: int) -> dict[str, Any]:
    """A byte per dimension is searched in memory; the whole vectors, on disk, settle the order of what is found."""
    whole = models.VectorParams(
        size=dimension, distance=models.Distance.DOT, datatype=models.Datatype.FLOAT16, on_disk=True
    )
    bytes_only = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
    return {
        "vectors_config": {MEANING: whole},
        "sparse_vectors_config": {
            WORDS: models.SparseVectorParams(index=models.SparseIndexParams(on_disk=True), modifier=models.Modifier.IDF)
        },
        "quantization_config": models.ScalarQuantization(scalar=bytes_only),
        "shard_number": settings.QDRANT_SHARDS,
        "on_disk_payload": True,
    }


def copies() -> dict[str, Any]:
    """Written is what all copies have, so that any of them can be asked. While one is away, only building waits."""
    return {
        "replication_factor": settings.QDRANT_REPLICAS,
        "write_consistency_factor": settings.QDRANT_REPLICAS,
    }


def payload_indexes() -> dict[str, Any]:
    """The collection first of all: entries of one are kept side by side."""
    number = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=True)
    tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    return {"collection": tenant, "entry": number, "since": number, "until": number}
