"""How long a search takes over 10 000 passages, beside the two bare indexes it is made of."""

import random
from collections.abc import Callable
from time import perf_counter

import numpy as np

from knowledge import indexes
from knowledge.access import PUBLIC
from knowledge.embedders import Vectors
from knowledge.ingestion import build_index
from knowledge.models import Chunk, Collection, Document, Embedding
from knowledge.search import search_passages
from knowledge.vectors import hash_of
from tests.bench.report import Row
from tests.bench.texts import sentence, vocabulary

CHUNKS = 10_000
CHUNKS_PER_DOCUMENT = 10
QUERIES = 200
DIMENSION = 384
GOAL_MS = 25


def measure() -> list[Row]:
    collection = fill()
    build_index(collection.pk)
    (snapshot,) = indexes.serving([collection.pk])
    queries = asked()
    ours = timed(lambda query, vector: search_passages(query, PUBLIC, embedding=vector), queries)
    vectors = timed(lambda query, vector: snapshot.search_vectors(vector, 50), queries)
    texts = timed(lambda query, vector: snapshot.search_text(query, 50), queries)
    bare = vectors + texts
    p95 = float(np.percentile(ours, 95))
    return [
        Row(f"search {CHUNKS} passages, median", *figures(np.median(ours), np.median(bare))),
        Row("the same, p95", *figures(p95, np.percentile(bare, 95)), f"< {GOAL_MS} ms", p95 < GOAL_MS),
    ]


def figures(ours: float, bare: float) -> tuple[str, str, str]:
    return f"{ours:.1f} ms", f"{bare:.1f} ms", f"{ours / bare:.1f} ×"


def timed(search: Callable[[str, Vectors], object], queries: list[tuple[str, Vectors]]) -> np.ndarray:
    """Milliseconds per query, after one to open the index."""
    search(*queries[0])
    taken = []
    for query, vector in queries:
        started = perf_counter()
        search(query, vector)
        taken.append((perf_counter() - started) * 1000)
    return np.array(taken)


def asked() -> list[tuple[str, Vectors]]:
    chance = random.Random(7)
    vectors = unit_vectors(QUERIES, seed=7)
    return [(sentence(chance, vocabulary()), vector) for vector in vectors]


def unit_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def fill() -> Collection:
    """Passages with made-up vectors: what is timed does not depend on what they mean."""
    chance, words = random.Random(3), vocabulary()
    collection = Collection.objects.create(slug="search", name="Search", audience="public", content_version=1)
    documents = Document.objects.bulk_create(
        Document(collection=collection, path=f"{number}.md", slug=str(number), title=f"Page {number}", status="ready")
        for number in range(CHUNKS // CHUNKS_PER_DOCUMENT)
    )
    chunks = [
        passage(document, position, " ".join(sentence(chance, words) for _ in range(8)))
        for document in documents
        for position in range(CHUNKS_PER_DOCUMENT)
    ]
    Chunk.objects.bulk_create(chunks, batch_size=500)
    Embedding.objects.bulk_create(
        (
            Embedding(model="minilm", content_hash=chunk.content_hash, vector=vector.tobytes())
            for chunk, vector in zip(chunks, unit_vectors(len(chunks), seed=3), strict=True)
        ),
        batch_size=500,
    )
    return collection


def passage(document: Document, position: int, text: str) -> Chunk:
    headings = [document.title, f"Section {position}"]
    return Chunk(
        document=document,
        revision=document.revision,
        position=position,
        headings=headings,
        text=text,
        tokens=150,
        content_hash=hash_of(f"{headings} {text}"),
    )
