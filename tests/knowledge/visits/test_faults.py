"""A worker may be killed between any two of its words with the database."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from knowledge import leases
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection, Document, Source, SyncRun
from knowledge.visits import runs
from knowledge.visits.visiting import process_here, visit
from tests.factories import collection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

POINTS = 30
BEFORE = {f"page{number}.md": f"# Page {number}\n\nWhat page {number} says." for number in range(4)}
AFTER = {**BEFORE, "page0.md": "# Page 0\n\nSomething else.", "new.md": "# New\n\nA new page."}
del AFTER["page3.md"]


class Killed(BaseException):
    """Nothing runs after it."""


class Fuse:
    """Lets so many queries pass."""

    def __init__(self, queries: int) -> None:
        self.left = queries
        self.passed = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Killed
        self.passed += 1
        return execute(*args)


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text)


def prepare(folder: Path) -> SyncRun:
    """A source that was visited once and has changed since."""
    Collection.objects.all().delete()
    write(folder, BEFORE)
    source = Source.objects.create(collection=collection(slug="docs"), kind="folder", location=str(folder))
    visit(runs.begin(source).pk, process_here)
    write(folder, AFTER)
    return runs.begin(source)


def visit_until(queries: int, run: SyncRun) -> Fuse:
    fuse = Fuse(queries)
    with connection.execute_wrapper(fuse), suppress(Killed):
        visit(run.pk, process_here)
    return fuse


def resume() -> None:
    """What the sweep does, once the leases are over."""
    over = timezone.now() - timedelta(seconds=1)
    SyncRun.objects.update(lease_expires_at=over)
    for run_id in runs.begin_due():
        visit(run_id, process_here)
    Document.objects.update(lease_expires_at=over)
    ingest(leases.take_unfinished())


def state() -> list[tuple[Any, ...]]:
    documents = Document.objects.order_by("path").values_list("path", "content", "publication", "status", "retired_by")
    chunks = Chunk.objects.order_by("document__path", "position").values_list("document__path", "text")
    return [*documents, *chunks]


def record(run: SyncRun) -> tuple[Any, ...]:
    run.refresh_from_db()
    return run.status, run.seen, run.added, run.changed, run.unchanged, run.removed, run.failed


def test_a_visit_that_was_killed_anywhere_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "release", lambda run: None)
    monkeypatch.setattr(leases, "release", lambda documents: None)
    run = prepare(tmp_path / "docs")
    queries = visit_until(10_000, run).passed
    expected = state(), record(run)

    killed = 0
    for point in range(0, queries, max(1, queries // POINTS)):
        run = prepare(tmp_path / "docs")
        killed += visit_until(point, run).left < 0
        resume()

        assert (state(), record(run)) == expected, f"killed after {point} queries"
    # Some have less to say: what was embedded stays embedded.
    assert killed > POINTS * 0.8
