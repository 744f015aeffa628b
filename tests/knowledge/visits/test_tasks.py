from pathlib import Path
from threading import Event
from threading import enumerate as threads

import pytest

from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.visits import runs, tasks
from knowledge.visits.tasks import sync_source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(docs: Collection, tmp_path: Path) -> SyncRun:
    root = tmp_path / "help"
    root.mkdir()
    (root / "refunds.md").write_text("# Refunds\n\nRefunds take five days.")
    return runs.begin(Source.objects.create(collection=docs, kind="folder", location=str(root)))


def wait() -> None:
    for thread in threads():
        if thread.name.startswith("visit-"):
            thread.join(10)


def test_a_worker_carries_out_a_run_beside_its_tasks(run):
    sync_source(run.pk)
    wait()

    run.refresh_from_db()
    assert run.status == "done"
    assert Document.objects.get().status == "pending", "to be processed by a task of its own"


def test_the_task_does_not_wait_for_the_visit(run, monkeypatch):
    finished = Event()
    monkeypatch.setattr(tasks, "visit", lambda *args: finished.wait(10))

    sync_source(run.pk)
    assert not finished.is_set()
    finished.set()
    wait()


def test_a_run_without_a_place_waits_for_the_next_ring(run, monkeypatch):
    finished = Event()
    monkeypatch.setattr(tasks, "visit", lambda *args: finished.wait(10))
    for number in range(tasks.VISITS_AT_ONCE):
        sync_source(-number)
    monkeypatch.undo()

    sync_source(run.pk)
    finished.set()
    wait()
    run.refresh_from_db()
    assert run.status == "waiting"

    sync_source(run.pk)
    wait()
    run.refresh_from_db()
    assert run.status == "done"
