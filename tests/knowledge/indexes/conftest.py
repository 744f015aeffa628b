import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from knowledge import indexes
from knowledge.models import IndexVersion
from tests import environment


@pytest.fixture
def largest_file(settings):
    """The largest file of a version on disk: its vectors."""

    def largest_file(version: IndexVersion) -> Path:
        folder = Path(settings.INDEX_ROOT) / version.folder
        return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)

    return largest_file


@pytest.fixture(scope="session")
def own_database(postgres_url: str) -> str:
    """Each process of the tests has one."""
    name = f"index_{environment.WORKER}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_url.replace("postgres://", "pgvector://").rpartition("/")[0] + f"/{name}"


@pytest.fixture
def pgvector_url(own_database: str) -> Iterator[str]:
    yield own_database
    drop_tables(own_database)


def drop_tables(url: str) -> None:
    close(url)
    with psycopg.connect(url.replace("pgvector://", "postgres://"), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS supportbot_index CASCADE")


@pytest.fixture
def qdrant_url(tmp_path: Path) -> Iterator[str]:
    url = f"qdrant://{tmp_path}/qdrant"
    yield url
    close(url)


def close(url: str) -> None:
    engine: Any = indexes.engines.pop(url, None)
    if engine:
        engine.close()


@pytest.fixture
def qdrant_server_url(settings) -> Iterator[str]:
    """A real server, if one is named. What the tests leave there is removed."""
    url = os.environ["QDRANT_URL"].replace("http", "qdrant", 1).replace("qdrants://", "qdrant+https://")
    settings.QDRANT_PREFIX = f"tests-{os.getpid()}"
    yield url
    drop(url)


def drop(url: str) -> None:
    engine: Any = indexes.get_engine(url)
    engine.store.drop()
    close(url)


@pytest.fixture
def faiss_url() -> str:
    return "faiss://"


ENGINES = ["faiss", "pgvector", "qdrant", *(["qdrant_server"] if os.environ.get("QDRANT_URL") else [])]


@pytest.fixture(params=ENGINES)
def engine(request, settings) -> str:
    """Each engine in turn, as the one that is configured."""
    settings.VECTOR_STORE_URL = request.getfixturevalue(f"{request.param}_url")
    return str(request.param)


@pytest.fixture
def restart(settings):
    """As another process would see it."""
    return lambda: close(settings.VECTOR_STORE_URL)


@pytest.fixture
def lose_everything(engine, settings, tmp_path):
    """What a machine does that is replaced by an empty one."""

    def lose_everything() -> None:
        url = settings.VECTOR_STORE_URL
        if engine == "qdrant_server":
            drop(url)
        if engine == "pgvector":
            drop_tables(url)
        close(url)
        for folder in (settings.INDEX_ROOT, tmp_path / "qdrant"):
            shutil.rmtree(folder, ignore_errors=True)

    return lose_everything
