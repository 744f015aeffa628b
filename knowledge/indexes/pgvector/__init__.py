"""The engine of one PostgreSQL: vectors by pgvector's HNSW, words by an inverted index, audiences by WHERE."""

from knowledge.indexes.lifetimes import LifetimesEngine
from knowledge.indexes.pgvector.connection import Postgres
from knowledge.indexes.pgvector.snapshot import PgvectorSnapshot
from knowledge.indexes.pgvector.store import PgvectorStore


class PgvectorEngine(LifetimesEngine):
    name = "pgvector"

    def __init__(self, url: str) -> None:
        store = PgvectorStore(Postgres(url))
        super().__init__(store, lambda records: PgvectorSnapshot(store, records))
