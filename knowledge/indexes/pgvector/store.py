"""The tables of the index, in a schema of their own, which is made when it is first needed."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from pgvector import HalfVector, SparseVector

from knowledge.indexes.pgvector.connection import Postgres, Writer
from knowledge.indexes.sparse import NUMBERS, Terms
from knowledge.indexes.stores import ALIVE, PAGES, PASSAGES, Ending, Entry, Living, Record

SCHEMA = "supportbot_index"
# The most entries a sparse vector may have: a page with more different words is cut.
MOST_TERMS = 16_000
# Any number, the same everywhere: who makes tables holds it.
LOCK = 7_311_001

TABLES = f"""
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE SCHEMA IF NOT EXISTS {SCHEMA};
    CREATE TABLE IF NOT EXISTS {SCHEMA}.records (
        seal text PRIMARY KEY, version bigint NOT NULL, collection bigint NOT NULL, made_for text NOT NULL,
        language text NOT NULL, model text NOT NULL, dimension int NOT NULL, chunks int NOT NULL
    );
    CREATE TABLE IF NOT EXISTS {SCHEMA}.words (
        collection bigint, word text COLLATE "C", entries int NOT NULL, PRIMARY KEY (collection, word)
    );
"""
# Words and vectors are apart: a row with both would not fit into a page, and be put somewhere else again.
TABLES_OF_KIND = """
    CREATE TABLE IF NOT EXISTS {schema}.{kind} (
        id bigint, document_id bigint NOT NULL, collection bigint, since bigint, until bigint NOT NULL,
        terms int[] NOT NULL, weights sparsevec({numbers}) NOT NULL, words text[] NOT NULL,
        PRIMARY KEY (collection, id, since)
    ) WITH (fillfactor = 90);
    CREATE INDEX IF NOT EXISTS {kind}_by_term ON {schema}.{kind} USING gin (terms);
    CREATE TABLE IF NOT EXISTS {schema}.{kind}_vectors (
        id bigint, collection bigint, since bigint, until bigint NOT NULL, dimension int NOT NULL,
        embedding halfvec NOT NULL, PRIMARY KEY (collection, id, since)
    ) WITH (fillfactor = 90);
    CREATE TABLE IF NOT EXISTS {schema}.{kind}_terms (
        collection bigint, term int, entries int NOT NULL, PRIMARY KEY (collection, term)
    );
"""
# pgvector's graph takes no more of a halfvec.
MOST_DIMENSIONS = 4_000


class PgvectorStore:
    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self.is_there = False

    def check(self) -> None:
        self.postgres.read("SELECT 1")

    def close(self) -> None:
        self.postgres.close()

    def make_tables(self) -> None:
        if self.is_there:
            return
        with self.postgres.write() as writer:
            writer.run("SELECT pg_advisory_xact_lock(%s)", LOCK)
            writer.run(TABLES)
            for kind in (PASSAGES, PAGES):
                writer.run(TABLES_OF_KIND.format(schema=SCHEMA, kind=kind, numbers=NUMBERS))
        self.is_there = True

    def prepare(self, record: Record) -> None:
        self.make_tables()
        with self.postgres.write() as writer:
            for table in entry_tables():
                writer.run(
                    f"DELETE FROM {table} WHERE collection = %s AND since >= %s", record.collection, record.version
                )

    def living(self, kind: str, collection: int) -> Living:
        which = f"SELECT id, document_id, since FROM {SCHEMA}.{kind} WHERE collection = %s AND until = %s ORDER BY id"
        with self.postgres.write() as writer:
            rows = writer.rows(which, collection, ALIVE)
        found = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return Living(*(np.ascontiguousarray(column) for column in found.T))

    def add(self, kind: str, record: Record, entries: Sequence[Entry]) -> None:
        life = (record.collection, record.version, ALIVE)
        texts = [(e.id, *life, e.document_id, list(e.terms), sparse(e.terms), list(e.words)) for e in entries]
        vectors = [(e.id, *life, record.dimension, HalfVector(e.vector).to_text()) for e in entries]
        with self.postgres.write() as writer:
            columns = "id, collection, since, until"
            writer.many(
                f"INSERT INTO {SCHEMA}.{kind} ({columns}, document_id, terms, weights, words) VALUES ({marks(8)})",
                texts,
            )
            writer.many(
                f"INSERT INTO {SCHEMA}.{kind}_vectors ({columns}, dimension, embedding) VALUES ({marks(6)})", vectors
            )

    def complete(self, record: Record, ending: Ending) -> None:
        self.make_graph(record.dimension)
        with self.postgres.write() as writer:
            for kind, gone in ((PASSAGES, ending.chunk_ids), (PAGES, ending.document_ids)):
                for table in (f"{SCHEMA}.{kind}", f"{SCHEMA}.{kind}_vectors"):
                    end(writer, table, record, ending.base, gone.tolist())
                self.count(writer, kind, f"{kind}_terms", "terms", record, ending)
            self.count(writer, PASSAGES, "words", "words", record, ending)
            fields = asdict(record)
            writer.run(
                f"INSERT INTO {SCHEMA}.records ({', '.join(fields)}) VALUES ({marks(len(fields))})", *fields.values()
            )

    def make_graph(self, dimension: int) -> None:
        """After the first vectors are there: a graph of many is made several times faster at once than one by one."""
        if not 0 < dimension <= MOST_DIMENSIONS:
            return
        with self.postgres.write() as writer:
            writer.run("SELECT pg_advisory_xact_lock(%s)", LOCK)
            writer.run(
                f"CREATE INDEX IF NOT EXISTS nearest_{dimension} ON {SCHEMA}.{PASSAGES}_vectors"
                f" USING hnsw ((embedding::halfvec({dimension})) halfvec_ip_ops) WHERE dimension = {dimension}",
            )

    def count(self, writer: Writer, kind: str, table: str, column: str, record: Record, ending: Ending) -> None:
        """How many entries have each term, or word: kept up to date by what came and what went."""
        version, counts = record.version, f"{SCHEMA}.{table}"
        if ending.recount:
            writer.run(f"DELETE FROM {counts} WHERE collection = %s", record.collection)
            change(writer, counts, kind, column, record, f"until = {ALIVE}", "+")
        else:
            change(writer, counts, kind, column, record, f"since = {version}", "+")
            change(writer, counts, kind, column, record, f"until = {version} AND since < {version}", "-")
        writer.run(f"DELETE FROM {counts} WHERE collection = %s AND entries <= 0", record.collection)

    def records(self, seals: Sequence[str]) -> list[Record]:
        self.make_tables()
        columns = ", ".join(Record.__dataclass_fields__)
        rows = self.postgres.read(f"SELECT {columns} FROM {SCHEMA}.records WHERE seal = ANY(%s)", list(seals))
        return [Record(*row) for row in rows]

    def forget(self, collection: int, kept: Sequence[int]) -> None:
        self.make_tables()
        with self.postgres.write() as writer:
            for table in entry_tables():
                writer.run(
                    f"DELETE FROM {table} WHERE collection = %s AND NOT EXISTS"
                    " (SELECT FROM unnest(%s::bigint[]) version WHERE since <= version AND until > version)",
                    collection,
                    list(kept),
                )
            writer.run(
                f"DELETE FROM {SCHEMA}.records WHERE collection = %s AND NOT version = ANY(%s)",
                collection,
                list(kept),
            )
            if not kept:
                for table in ("words", f"{PASSAGES}_terms", f"{PAGES}_terms"):
                    writer.run(f"DELETE FROM {SCHEMA}.{table} WHERE collection = %s", collection)

    def collections(self) -> set[int]:
        self.make_tables()
        return {collection for (collection,) in self.postgres.read(f"SELECT DISTINCT collection FROM {SCHEMA}.records")}


def end(writer: Writer, table: str, record: Record, base: int, gone: list[int]) -> None:
    writer.run(
        f"UPDATE {table} SET until = %s WHERE collection = %s AND since < %s AND until > %s"
        " AND (until < %s OR since > %s OR id = ANY(%s))",
        record.version,
        record.collection,
        record.version,
        record.version,
        ALIVE,
        base,
        gone,
    )


def change(writer: Writer, counts: str, kind: str, column: str, record: Record, which: str, sign: str) -> None:
    """Counts the words of these entries in, or out again."""
    name = column.removesuffix("s")
    writer.run(
        f"INSERT INTO {counts} AS counted (collection, {name}, entries)"
        f" SELECT collection, each, {sign}count(*) FROM {SCHEMA}.{kind}, unnest({column}) each"
        f" WHERE collection = %s AND {which} GROUP BY collection, each"
        f" ON CONFLICT (collection, {name}) DO UPDATE SET entries = counted.entries + excluded.entries",
        record.collection,
    )


def entry_tables() -> list[str]:
    return [f"{SCHEMA}.{kind}{suffix}" for kind in (PASSAGES, PAGES) for suffix in ("", "_vectors")]


def marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def sparse(terms: Terms) -> str:
    heaviest = sorted(terms.items(), key=lambda term: -term[1])[:MOST_TERMS]
    return str(SparseVector(dict(heaviest), NUMBERS).to_text())
