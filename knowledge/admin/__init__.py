"""The admin for editors: documents, collections, what they became, and a question to try them with."""

from knowledge.admin.collections import CollectionAdmin
from knowledge.admin.curated import CuratedAnswerAdmin
from knowledge.admin.documents import DocumentAdmin
from knowledge.admin.indexes import IndexVersionAdmin
from knowledge.admin.sources import SourceAdmin
from knowledge.admin.usage import EmbeddingUsageAdmin

__all__ = [
    "CollectionAdmin",
    "CuratedAnswerAdmin",
    "DocumentAdmin",
    "EmbeddingUsageAdmin",
    "IndexVersionAdmin",
    "SourceAdmin",
]
