"""Connections to the PostgreSQL that holds the index. The only file that knows psycopg."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, LiteralString

from django.db import connections
from psycopg import Connection, Cursor, Error
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from knowledge.errors import IndexUnusable
from knowledge.indexes.reach import Reach

SCHEME = "pgvector://"
Row = tuple[Any, ...]
NO_POSTGRES = (
    "pgvector:// alone means the PostgreSQL of DATABASE_URL, but the database is SQLite: "
    "name one, as in pgvector://user:password@host/name."
)

# A search that takes longer has lost its visitor.
SEARCH_SECONDS = 5
# More neighbours are looked at than are asked for; where a filter leaves too few of them, the scan goes on.
READING = {
    "statement_timeout": f"{SEARCH_SECONDS}s",
    "hnsw.ef_search": "100",
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": "100000",
    # An index that is searched all day is in memory, not on a turning disk.
    "random_page_cost": "1.1",
}
# The graph of a large table is built several times faster when it fits.
WRITING = {"maintenance_work_mem": "512MB"}


class Postgres:
    """What reads is quick or fails; what writes takes its time. Connections are made when they are needed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.reach = Reach("The PostgreSQL of the vector store", Error, PoolTimeout)

    @cached_property
    def reading(self) -> ConnectionPool[Connection[Row]]:
        return self.pool(READING, 10, autocommit=True)

    @cached_property
    def writing(self) -> ConnectionPool[Connection[Row]]:
        return self.pool(WRITING, 2, autocommit=False)

    def pool(self, options: dict[str, str], most: int, *, autocommit: bool) -> ConnectionPool[Connection[Row]]:
        # A statement that is prepared is planned without its values, and then any filter looks as good as none.
        given = {"autocommit": autocommit, "prepare_threshold": None, "connect_timeout": 3}
        said = " ".join(f"-c {name}={value}" for name, value in options.items())
        return ConnectionPool(
            address(self.url),
            kwargs={**given, "options": said},
            open=True,
            min_size=0,
            max_size=most,
            timeout=SEARCH_SECONDS,
            max_idle=60,
            check=ConnectionPool.check_connection,
        )

    def read(self, sql: str, *values: Any) -> list[Row]:
        with self.reach.guarded(), self.reading.connection() as connection:
            return connection.execute(literal(sql), values).fetchall()

    @contextmanager
    def write(self) -> Iterator["Writer"]:
        """One transaction."""
        guard = self.reach.guarded(detailed=True)
        with guard, self.writing.connection() as connection, connection.cursor() as cursor:
            yield Writer(cursor)

    def close(self) -> None:
        for pool in ("reading", "writing"):
            if pool in self.__dict__:
                self.__dict__.pop(pool).close()


def address(url: str) -> str:
    """``pgvector://`` alone is the database of everything else."""
    if url != SCHEME:
        return "postgresql://" + url.removeprefix(SCHEME)
    django = connections["default"].settings_dict
    if "sqlite" in django["ENGINE"]:
        raise IndexUnusable(NO_POSTGRES)
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: django[key] for name, key in named.items() if django.get(key)}
    others = {name: value for name, value in django.get("OPTIONS", {}).items() if isinstance(value, str)}
    return make_conninfo(**given, **others)


class Writer:
    def __init__(self, cursor: Cursor[Row]) -> None:
        self.cursor = cursor

    def run(self, sql: str, *values: Any) -> None:
        self.cursor.execute(literal(sql), values or None)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return self.cursor.execute(literal(sql), values).fetchall()

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.cursor.executemany(literal(sql), rows)


def literal(sql: str) -> LiteralString:
    """Nothing but names of this package's own tables, and numbers, is ever put into its SQL."""
    return sql
