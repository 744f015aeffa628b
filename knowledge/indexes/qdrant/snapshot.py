"""What lives in some versions, searched by Qdrant: the filter goes with every question."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from knowledge.embedders.base import Vectors
from knowledge.indexes.base import Hits
from knowledge.indexes.lexical import MOST_WORDS_OF_A_LETTER
from knowledge.indexes.qdrant.client import all_of, any_of, equals, lives_in, models, some_of
from knowledge.indexes.qdrant.store import MEANING, WORDS, QdrantStore
from knowledge.indexes.reach import else_nothing
from knowledge.indexes.sparse import name_term, query_terms, word_terms
from knowledge.indexes.stores import PAGES, PASSAGES, Record

# Up to here every vector is compared, which finds the true nearest.
MOST_EXACT = 20_000


class QdrantSnapshot:
    def __init__(self, store: QdrantStore, records: tuple[Record, ...]) -> None:
        self.store = store
        self.embedding_model = records[0].model
        self.language = records[0].language
        self.dimension = records[0].dimension
        self.collections = [record.collection for record in records]
        self.chunks = sum(record.chunks for record in records)
        here = [all_of(equals("collection", str(each.collection)), lives_in(each.version)) for each in records]
        self.served = some_of(*here)
        self.words_of_letter = lru_cache(self.read_words)

    @property
    def collection_ids(self) -> frozenset[int]:
        return frozenset(self.collections)

    @else_nothing(list)
    def search_vectors(self, vector: Vectors, limit: int) -> Hits:
        return self.nearest(PASSAGES, vector, self.served, limit, exact=self.chunks <= MOST_EXACT)

    @else_nothing(list)
    def search_text(self, query: str, limit: int) -> Hits:
        return self.with_words(PASSAGES, query_terms(query, self.language), limit)

    @else_nothing(list)
    def search_name(self, identifier: str, limit: int) -> Hits:
        return self.with_words(PASSAGES, [name_term(identifier)], limit)

    @else_nothing(list)
    def search_pages(self, query: str, limit: int) -> Hits:
        return self.with_words(PAGES, query_terms(query, self.language), limit)

    @else_nothing(dict)
    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        return self.cosines(PASSAGES, vector, chunk_ids)

    @else_nothing(dict)
    def page_similarities(self, vector: Vectors, document_ids: Sequence[int]) -> dict[int, float]:
        return self.cosines(PAGES, vector, document_ids)

    @else_nothing(dict)
    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]:
        if not self.dimension or not len(chunk_ids):
            return {}
        with self.store.qdrant.read() as client:
            points, _ = client.scroll(
                self.store.entries_of(PASSAGES, self.dimension),
                all_of(any_of("entry", chunk_ids), self.served),
                limit=len(chunk_ids),
                with_payload=["entry", "document"],
            )
        return {point.payload["entry"]: point.payload["document"] for point in points if point.payload}

    @else_nothing(lambda: True)
    def knows(self, word: str) -> bool:
        terms = word_terms(word, self.language)
        return not terms or bool(self.with_words(PASSAGES, terms, 1))

    @else_nothing(list)
    def words_beginning_with(self, letter: str) -> Sequence[tuple[str, int]]:
        return self.words_of_letter(letter)

    def read_words(self, letter: str) -> Sequence[tuple[str, int]]:
        counts: Counter[str] = Counter()
        for collection in self.collections:
            counts.update(self.store.words_beginning_with(collection, letter))
        return counts.most_common(MOST_WORDS_OF_A_LETTER)

    def cosines(self, kind: str, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        if not len(ids):
            return {}
        return dict(self.nearest(kind, vector, all_of(any_of("entry", ids), self.served), len(ids), exact=True))

    def nearest(self, kind: str, vector: Vectors, where: Any, limit: int, *, exact: bool) -> Hits:
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            return []
        # What is settled by whole vectors is settled among a few more than asked for.
        quantized = models.QuantizationSearchParams(rescore=True, oversampling=2.0, ignore=exact)
        chosen = models.SearchParams(exact=exact, quantization=quantized)
        return self.ask(kind, vector.tolist(), MEANING, where, limit, search_params=chosen)

    def with_words(self, kind: str, terms: list[int], limit: int) -> Hits:
        if not terms or not self.dimension:
            return []
        sparse = models.SparseVector(indices=terms, values=[1.0] * len(terms))
        return self.ask(kind, sparse, WORDS, self.served, limit)

    def ask(self, kind: str, query: Any, using: str, where: Any, limit: int, **more: Any) -> Hits:
        with self.store.qdrant.read() as client:
            found = client.query_points(
                self.store.entries_of(kind, self.dimension),
                query=query,
                using=using,
                query_filter=where,
                limit=limit,
                with_payload=["entry"],
                **more,
            )
        return [(point.payload["entry"], point.score) for point in found.points if point.payload]
