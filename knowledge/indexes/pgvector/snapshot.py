"""What lives in some versions, searched in SQL: the filter is part of the query, not something done afterwards."""

from collections.abc import Sequence
from functools import lru_cache
from math import log

import numpy as np
from pgvector import HalfVector, SparseVector

from knowledge.embedders.base import Vectors
from knowledge.indexes.base import Hits
from knowledge.indexes.lexical import MOST_WORDS_OF_A_LETTER
from knowledge.indexes.pgvector.store import MOST_DIMENSIONS, SCHEMA, PgvectorStore
from knowledge.indexes.reach import else_nothing
from knowledge.indexes.sparse import NUMBERS, name_term, query_terms, word_terms
from knowledge.indexes.stores import PAGES, PASSAGES, Record

# Up to here every vector is compared, which finds the true nearest: about 17 ms for 20 000 of 384 dimensions.
MOST_EXACT = 20_000
# So many entries are weighed at most: those with the rarest words, which BM25 would put first anyway.
MOST_WEIGHED = 8_000


class PgvectorSnapshot:
    def __init__(self, store: PgvectorStore, records: tuple[Record, ...]) -> None:
        self.read = store.postgres.read
        self.embedding_model = records[0].model
        self.language = records[0].language
        self.dimension = records[0].dimension
        self.collections = [record.collection for record in records]
        self.chunks = sum(record.chunks for record in records)
        self.served = " OR ".join(
            f"(collection = {each.collection} AND since <= {each.version} AND until > {each.version})"
            for each in records
        )
        self.words_of_letter = lru_cache(self.read_words)

    @property
    def collection_ids(self) -> frozenset[int]:
        return frozenset(self.collections)

    @else_nothing(list)
    def search_vectors(self, vector: Vectors, limit: int) -> Hits:
        if not self.accepts(vector):
            return []
        # With a sum as its order, no index is of use.
        exact = " + 0" if self.chunks <= MOST_EXACT or self.dimension > MOST_DIMENSIONS else ""
        distance = f"(embedding::halfvec({self.dimension}) <#> %s::halfvec({self.dimension})){exact}"
        rows = self.read(
            f"SELECT id, {distance} AS distance FROM {SCHEMA}.{PASSAGES}_vectors"
            f" WHERE dimension = {self.dimension} AND ({self.served}) ORDER BY {distance} LIMIT %s",
            *[HalfVector(vector).to_text()] * 2,
            limit,
        )
        return sorted(((chunk_id, -distance) for chunk_id, distance in rows), key=lambda hit: -hit[1])

    def search_text(self, query: str, limit: int) -> Hits:
        return self.search_words(PASSAGES, query, limit)

    @else_nothing(list)
    def search_name(self, identifier: str, limit: int) -> Hits:
        rows = self.read(
            f"SELECT id FROM {SCHEMA}.{PASSAGES} WHERE terms @> %s::int[] AND ({self.served}) ORDER BY id LIMIT %s",
            [name_term(identifier)],
            limit,
        )
        return [(chunk_id, 1.0) for (chunk_id,) in rows]

    def search_pages(self, query: str, limit: int) -> Hits:
        return self.search_words(PAGES, query, limit)

    @else_nothing(list)
    def search_words(self, kind: str, query: str, limit: int) -> Hits:
        counts = self.counts(kind, query_terms(query, self.language))
        if not counts:
            return []
        rarity = {term: log(1 + (self.chunks - count + 0.5) / (count + 0.5)) for term, count in counts}
        rows = self.read(
            f"SELECT id, -(weights <#> %s::sparsevec({NUMBERS})) AS score FROM {SCHEMA}.{kind}"
            f" WHERE terms && %s::int[] AND ({self.served}) ORDER BY score DESC, id LIMIT %s",
            SparseVector(rarity, NUMBERS).to_text(),
            rarest(counts),
            limit,
        )
        return [(entry_id, float(score)) for entry_id, score in rows]

    def counts(self, kind: str, terms: list[int]) -> list[tuple[int, int]]:
        """How many entries have each term, the rarest first. Counted is the version that was published last."""
        rows = self.read(
            f"SELECT term, sum(entries)::bigint FROM {SCHEMA}.{kind}_terms"
            " WHERE collection = ANY(%s) AND term = ANY(%s) GROUP BY term",
            self.collections,
            terms,
        )
        counted: dict[int, int] = dict(rows)
        found = ((term, min(counted.get(term, 0), self.chunks)) for term in terms)
        return sorted(found, key=lambda one: one[1])

    @else_nothing(dict)
    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        return self.cosines(PASSAGES, vector, chunk_ids)

    @else_nothing(dict)
    def page_similarities(self, vector: Vectors, document_ids: Sequence[int]) -> dict[int, float]:
        return self.cosines(PAGES, vector, document_ids)

    def cosines(self, kind: str, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        if not self.accepts(vector) or not len(ids):
            return {}
        rows = self.read(
            f"SELECT id, -(embedding::halfvec({self.dimension}) <#> %s::halfvec({self.dimension}))"
            f" FROM {SCHEMA}.{kind}_vectors WHERE id = ANY(%s) AND dimension = {self.dimension} AND ({self.served})",
            HalfVector(vector).to_text(),
            [int(each) for each in ids],
        )
        return dict(rows)

    @else_nothing(dict)
    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]:
        if not len(chunk_ids):
            return {}
        return dict(
            self.read(
                f"SELECT id, document_id FROM {SCHEMA}.{PASSAGES} WHERE id = ANY(%s) AND ({self.served})",
                [int(each) for each in chunk_ids],
            )
        )

    @else_nothing(lambda: True)
    def knows(self, word: str) -> bool:
        terms = word_terms(word, self.language)
        found = f"SELECT FROM {SCHEMA}.{PASSAGES} WHERE terms && %s::int[] AND ({self.served})"
        return not terms or bool(self.read(f"SELECT EXISTS ({found})", terms)[0][0])

    @else_nothing(list)
    def words_beginning_with(self, letter: str) -> Sequence[tuple[str, int]]:
        return self.words_of_letter(letter)

    def read_words(self, letter: str) -> Sequence[tuple[str, int]]:
        rows = self.read(
            f"SELECT word, sum(entries)::int AS count FROM {SCHEMA}.words WHERE collection = ANY(%s) AND word ^@ %s"
            " GROUP BY word ORDER BY count DESC, word LIMIT %s",
            self.collections,
            letter,
            MOST_WORDS_OF_A_LETTER,
        )
        return [(word, count) for word, count in rows]

    def accepts(self, vector: Vectors) -> bool:
        return vector.shape == (self.dimension,) and bool(np.isfinite(vector).all())


def rarest(counts: list[tuple[int, int]]) -> list[int]:
    """So many of the rarest terms that not too many entries have one of them; at least one."""
    total = 0
    chosen: list[int] = []
    for term, count in counts:
        total += count
        if chosen and total > MOST_WEIGHED:
            break
        chosen.append(term)
    return chosen
