"""A visit to a folder of 1 000 documents in which nothing changed."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from django.test import override_settings

from knowledge.models import Collection, Source, SyncRun
from knowledge.visits import runs
from knowledge.visits.visiting import process_here, visit
from tests.bench.report import Row
from tests.bench.texts import page

DOCUMENTS = 1_000
GOAL_SECONDS = 3.0


def measure() -> list[Row]:
    """What was embedded, and with what, makes no difference to a visit that finds nothing new."""
    with TemporaryDirectory() as name, override_settings(EMBEDDING_MODEL="hashing"):
        folder = Path(name)
        for number in range(DOCUMENTS):
            (folder / f"{number}.md").write_text(page(number, sections=2))
        collection = Collection.objects.create(slug="resync", name="Resync", audience="public")
        source = Source.objects.create(collection=collection, kind=Source.Kind.FOLDER, location=name)
        first, _ = visited(source)
        again, run = visited(source)
        started = perf_counter()
        for path in sorted(folder.iterdir()):
            sha256(path.read_bytes()).hexdigest()
        bare = perf_counter() - started
        collection.delete()
    if run.unchanged != DOCUMENTS:
        raise RuntimeError(f"Only {run.unchanged} documents were unchanged.")
    return [
        Row(
            f"sync {DOCUMENTS} unchanged documents",
            f"{again:.2f} s",
            f"{bare:.2f} s",
            f"{again / bare:.0f} ×",
            f"< {GOAL_SECONDS:g} s",
            again < GOAL_SECONDS,
        ),
        Row("  the first sync, without embedding", f"{first:.1f} s"),
    ]


def visited(source: Source) -> tuple[float, SyncRun]:
    started = perf_counter()
    run = visit(runs.begin(source).pk, process_here)
    if run is None:
        raise RuntimeError("Nobody else should be visiting.")
    return perf_counter() - started, run
