"""How soon a saved document is answered from, in the middle of 100 000 passages, with a worker as it really runs."""

import os
import subprocess
import sys
import time
from time import perf_counter

import numpy as np
from django.conf import settings

from knowledge.access import PUBLIC
from knowledge.building import build_index
from knowledge.embedders import get_embedder
from knowledge.models import Collection
from knowledge.search import search_passages
from knowledge.services import save_document
from supportbot.celery import prepare_broker
from tests.bench.library import fill
from tests.bench.report import Row
from tests.bench.vectors import RealVectors

PASSAGES = 100_000
DOCUMENTS = 20
GOAL_SECONDS = 2.0
PATIENCE_SECONDS = 60
WORKER = ["-m", "celery", "-A", "supportbot", "worker", "--pool", "solo", "--loglevel", "ERROR"]


def measure() -> list[Row]:
    collection = Collection.objects.filter(slug=f"size-{PASSAGES}").first() or filled()
    prepare_broker()
    worker = subprocess.Popen([sys.executable, *WORKER], cwd=settings.BASE_DIR, env={**os.environ})
    try:
        answerable(collection, "warmup", 0)
        taken = [answerable(collection, f"wombat{letter}", n) for n, letter in enumerate("abcdefghijklmnopqrst", 1)]
    finally:
        worker.terminate()
        worker.wait()
    p95 = float(np.percentile(taken, 95))
    return [
        Row("saved → answerable among 100 000, p50", f"{np.percentile(taken, 50):.2f} s"),
        Row("  p95", f"{p95:.2f} s", goal=f"< {GOAL_SECONDS:g} s", met=p95 < GOAL_SECONDS),
    ]


def filled() -> Collection:
    real = RealVectors(get_embedder(settings.EMBEDDING_MODEL))
    collection = fill(f"size-{PASSAGES}", real.rotated(PASSAGES, seed=11))
    build_index(collection.pk)
    return collection


def answerable(collection: Collection, word: str, number: int) -> float:
    """Seconds until a search finds the page: looked for every few milliseconds, as a customer might ask."""
    text = f"# The {word}\n\n" + f"A {word} needs a permit that costs {number} euros and takes two days. " * 8
    started = perf_counter()
    save_document(collection=collection, path=f"new/{word}.md", content=text)
    while perf_counter() - started < PATIENCE_SECONDS:
        found = search_passages(f"permit for a {word}", PUBLIC, collection_ids=[collection.pk])
        if any(word in passage.text for passage in found):
            return perf_counter() - started
        time.sleep(0.01)
    raise TimeoutError(f"{word} was not found within {PATIENCE_SECONDS} s.")
