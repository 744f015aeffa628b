"""The connection to Qdrant. The only file that knows its client, which is installed where it is wanted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from knowledge.errors import IndexUnusable
from knowledge.indexes.reach import Reach

try:
    from qdrant_client import QdrantClient
    from qdrant_client import models as models
    from qdrant_client.http.exceptions import ApiException
except ImportError as missing:
    raise IndexUnusable(
        "The vector store is qdrant://, but the package qdrant-client is not installed: pip install qdrant-client."
    ) from missing

# A search that takes longer has lost its visitor; what is written may have to wait for other machines.
SEARCH_SECONDS, WRITE_SECONDS = 5, 120
POINTS_PER_PAGE = 5_000
IDS_PER_FILTER = 1_000
MEMORY = ":memory:"


class Qdrant:
    def __init__(self, url: str) -> None:
        self.prefix: str = settings.QDRANT_PREFIX
        self.reach = Reach("The Qdrant of the vector store", ApiException)
        scheme, _, place = url.partition("://")
        if place == MEMORY or place.startswith("/"):
            self.reading = self.writing = local(place)
        else:
            address = f"{'https' if scheme.endswith('https') else 'http'}://{place}"
            self.reading, self.writing = (remote(address, seconds) for seconds in (SEARCH_SECONDS, WRITE_SECONDS))

    def close(self) -> None:
        self.reading.close()
        self.writing.close()

    @contextmanager
    def read(self) -> Iterator[QdrantClient]:
        with self.reach.guarded():
            yield self.reading

    @contextmanager
    def write(self) -> Iterator[QdrantClient]:
        with self.reach.guarded():
            yield self.writing

    def named(self, *words: object) -> str:
        return "-".join([self.prefix, *map(str, words)])

    def names(self, *words: object) -> list[str]:
        """Our collections whose names begin with these words."""
        with self.read() as client:
            found = [collection.name for collection in client.get_collections().collections]
        return sorted(name for name in found if name.startswith(self.named(*words, "")))

    def scroll(self, name: str, where: models.Filter, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What is known of every point that fits."""
        offset: Any = None
        while True:
            with self.write() as client:
                points, offset = client.scroll(
                    name, where, limit=POINTS_PER_PAGE, offset=offset, with_payload=list(fields)
                )
            yield from (point.payload or {} for point in points)
            if offset is None:
                return


def local(place: str) -> QdrantClient:
    """Without a server, for tests and for a look around."""
    try:
        return QdrantClient(MEMORY) if place == MEMORY else QdrantClient(path=place)
    except RuntimeError as error:
        raise IndexUnusable(f"{place} is in use by another process: only a server of Qdrant serves several.") from error


def remote(address: str, seconds: int) -> QdrantClient:
    return QdrantClient(address, api_key=settings.QDRANT_API_KEY or None, timeout=seconds, check_compatibility=False)


def equals(field: str, value: str | int) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def any_of(field: str, values: Sequence[int]) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchAny(any=[int(value) for value in values]))


def between(field: str, **bounds: int) -> models.FieldCondition:
    return models.FieldCondition(key=field, range=models.Range(**bounds))


def all_of(*conditions: Any) -> models.Filter:
    return models.Filter(must=list(conditions))


def some_of(*conditions: Any) -> models.Filter:
    return models.Filter(should=list(conditions))


def lives_in(version: int) -> models.Filter:
    return all_of(between("since", lte=version), between("until", gt=version))
