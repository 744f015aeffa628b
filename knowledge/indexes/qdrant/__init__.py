"""The engine of many machines: Qdrant, which spreads its shards and their replicas over them."""

from knowledge.indexes.lifetimes import LifetimesEngine
from knowledge.indexes.qdrant.client import Qdrant
from knowledge.indexes.qdrant.snapshot import QdrantSnapshot
from knowledge.indexes.qdrant.store import QdrantStore


class QdrantEngine(LifetimesEngine):
    name = "qdrant"

    def __init__(self, url: str) -> None:
        store = QdrantStore(Qdrant(url))
        super().__init__(store, lambda records: QdrantSnapshot(store, records))
