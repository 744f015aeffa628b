"""How long a search takes over many passages, how much it finds, and what a process needs for it."""

import json
import random
import subprocess
import sys
from time import perf_counter

import faiss
import numpy as np
from django.conf import settings

from knowledge import indexes
from knowledge.access import PUBLIC
from knowledge.building import build_index
from knowledge.embedders import Vectors, get_embedder
from knowledge.search import search_passages
from tests.bench.library import WORDS, fill
from tests.bench.report import Row
from tests.bench.texts import sentence, vocabulary
from tests.bench.vectors import RealVectors

SIZES = (10_000, 100_000)
LARGE = 1_000_000
QUERIES = 200
DEPTH = 10
GOAL_RECALL = 0.98
GOAL_MS = {10_000: 15, 100_000: 15, 1_000_000: 30}
GOAL_LOAD_SECONDS = {100_000: 1.0}
GOAL_MIB = {1_000_000: 1300}


def measure() -> list[Row]:
    real = RealVectors(get_embedder(settings.EMBEDDING_MODEL))
    return [row for size in SIZES for row in measure_size(size, real)]


def measure_large() -> list[Row]:
    return measure_size(LARGE, RealVectors(get_embedder(settings.EMBEDDING_MODEL)))


def measure_size(size: int, real: RealVectors) -> list[Row]:
    vectors = real.rotated(size, seed=11)
    collection = fill(f"size-{size}", vectors)
    started = perf_counter()
    build_index(collection.pk)
    built = perf_counter() - started
    # The first rotations are as good as any, and every question has its passages among them.
    asked = real.asked(QUERIES, seed=11)
    nearest, exact_ms = exactly(vectors, asked)
    del vectors
    fresh = in_a_fresh_process(collection.pk, asked)
    figures = search_figures(collection.pk, asked, nearest)
    name = f"{size:,} passages".replace(",", " ")
    return [
        Row(
            f"search {name}, p50",
            f"{figures['p50']:.1f} ms",
            f"{exact_ms:.1f} ms",
            f"{figures['p50'] / exact_ms:.2f} ×",
        ),
        Row("  p95", f"{figures['p95']:.1f} ms", goal=f"< {GOAL_MS[size]} ms", met=figures["p95"] < GOAL_MS[size]),
        Row(
            "  recall@10",
            f"{figures['recall']:.3f}",
            "1",
            goal=f"≥ {GOAL_RECALL}",
            met=figures["recall"] >= GOAL_RECALL,
        ),
        below("  opened by a new process", fresh["seconds"], "s", GOAL_LOAD_SECONDS.get(size)),
        below("  memory of that process, in all", fresh["mib"], "MiB", GOAL_MIB.get(size)),
        Row("  built", f"{built:.1f} s"),
    ]


def below(what: str, value: float, unit: str, goal: float | None) -> Row:
    return Row(
        what, f"{value:.2f} {unit}", goal=f"< {goal:g} {unit}" if goal else "", met=value < goal if goal else None
    )


def exactly(vectors: Vectors, asked: Vectors) -> tuple[np.ndarray, float]:
    """The true nearest, and the milliseconds a bare comparison with all vectors takes per question."""
    started = perf_counter()
    _, places = faiss.knn(asked, vectors, DEPTH, metric=faiss.METRIC_INNER_PRODUCT)
    return places, (perf_counter() - started) * 1000 / len(asked)


def search_figures(collection_id: int, asked: Vectors, nearest: np.ndarray) -> dict[str, float]:
    """The whole search, but for embedding the question: vectors, words, pages, fusion, and loading the passages."""
    (snapshot,) = indexes.serving([collection_id])
    ids = snapshot.chunk_ids  # type: ignore[attr-defined]
    chance, words = random.Random(7), vocabulary(WORDS)
    taken, found = [], []
    for number, vector in enumerate(asked):
        query = sentence(chance, words)
        started = perf_counter()
        search_passages(query, PUBLIC, collection_ids=[collection_id], embedding=vector)
        taken.append((perf_counter() - started) * 1000)
        true = set(ids[nearest[number]].tolist())
        found.append(len(true & {key for key, _ in snapshot.search_vectors(vector, DEPTH)}) / DEPTH)
    steady = taken[5:]
    return {
        "p50": float(np.percentile(steady, 50)),
        "p95": float(np.percentile(steady, 95)),
        "recall": float(np.mean(found)),
    }


FRESH = """
import json, sys, time
import django
django.setup()
import numpy, psutil
from knowledge import indexes
from knowledge.access import PUBLIC
from knowledge.search import search_passages
import knowledge.indexes.disk
indexes.get_engine()
collection_id, asked = int(sys.argv[1]), numpy.load(sys.argv[2])
started = time.perf_counter()
indexes.serving([collection_id])
seconds = time.perf_counter() - started
for vector in asked:
    search_passages("refund invoice parcel", PUBLIC, collection_ids=[collection_id], embedding=vector)
print(json.dumps({"seconds": seconds, "mib": psutil.Process().memory_info().rss / 2**20}))
"""


def in_a_fresh_process(collection_id: int, asked: Vectors) -> dict[str, float]:
    path = settings.DATA_DIR / "asked.npy"
    np.save(path, asked)
    command = [sys.executable, "-c", FRESH, str(collection_id), str(path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
