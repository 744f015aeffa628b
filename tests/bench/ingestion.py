"""How much of the embedder's own speed is left when documents are read, cut, embedded, stored and indexed."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from django.conf import settings

from knowledge.embedders import Embedder, get_embedder
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk, Collection
from knowledge.services import save_document
from tests.bench.report import Row
from tests.bench.texts import page

PAGES = 120
LAYERS, WIDTH = 6, 384
SIDE = 2048
GOAL = 0.9


def measure() -> list[Row]:
    """The bare embedder gets the very same texts, all at once."""
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    embedder.embed(["warm up"])
    collection = Collection.objects.create(slug="ingestion", name="Ingestion", audience="public")
    ids = [
        save_document(collection=collection, path=f"{number}.md", content=page(number))[0].pk for number in range(PAGES)
    ]
    started = perf_counter()
    ingest(ids)
    build_index(collection.pk)
    ours = perf_counter() - started
    texts = [chunk.searchable_text for chunk in Chunk.objects.filter(document__collection=collection)]
    started = perf_counter()
    embedder.embed(texts)
    bare = perf_counter() - started
    ratio = bare / ours
    reached, possible = gigaflops(embedder, texts) / bare, most_gigaflops()
    return [
        Row(
            f"ingest {PAGES} pages, {len(texts)} chunks",
            f"{len(texts) / ours:.1f} chunks/s",
            f"{len(texts) / bare:.1f} chunks/s",
            f"{ratio:.0%}",
            f"≥ {GOAL:.0%}",
            ratio >= GOAL,
        ),
        Row(
            "the embedder itself, of what the processor can multiply",
            f"{reached:.0f} GFLOP/s",
            f"{possible:.0f} GFLOP/s",
            f"{reached / possible:.0%}",
        ),
    ]


def gigaflops(embedder: Embedder, texts: list[str]) -> float:
    """What the matrices of all-MiniLM-L6-v2 take: 6 layers of 12·h² weights for every token, with h = 384, each one
    multiplication and one addition, and 4·n·h for the attention of each token to the n of its text."""
    tokens = [embedder.count_tokens(text) for text in texts]
    return sum(n * LAYERS * (2 * 12 * WIDTH**2 + 4 * n * WIDTH) for n in tokens) / 1e9


def most_gigaflops() -> float:
    """By the largest matrices: nothing a model does is faster."""
    matrix = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    return max(2 * SIDE**3 / seconds(lambda: matrix @ matrix) / 1e9 for _ in range(5))


def seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
