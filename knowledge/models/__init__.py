"""What we know: where documents come from, what they say, and the indexes made of them."""

from knowledge.models.documents import Collection, CollectionPlan, CuratedAnswer, Document, DocumentVersion
from knowledge.models.indexes import Chunk, Embedding, EmbeddingUsage, IndexVersion
from knowledge.models.sources import Source, SyncRun

__all__ = [
    "Chunk",
    "Collection",
    "CollectionPlan",
    "CuratedAnswer",
    "Document",
    "DocumentVersion",
    "Embedding",
    "EmbeddingUsage",
    "IndexVersion",
    "Source",
    "SyncRun",
]
