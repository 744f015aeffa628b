import pytest
from django.utils import timezone

from knowledge import tasks
from knowledge.access import PUBLIC
from knowledge.models import Document, IndexVersion
from knowledge.search import search_passages

pytestmark = pytest.mark.django_db


@pytest.fixture
def eager(monkeypatch):
    """Bells are answered at once."""
    for task in (tasks.ingest_documents, tasks.build_index):
        monkeypatch.setattr(task, "delay", task)


def test_a_document_is_findable_when_its_task_is_done(put, eager):
    tasks.ingest_documents([put("a.md", "Refunds take five days.").pk])

    assert search_passages("refunds", PUBLIC)


def test_the_sweep_finishes_what_a_killed_worker_left(put, eager):
    put("a.md", "Refunds take five days.")
    Document.objects.update(status=Document.Status.PROCESSING, lease_expires_at=timezone.now(), attempts=1)

    tasks.resume_ingestion()

    assert search_passages("refunds", PUBLIC)


def test_the_sweep_builds_an_index_nobody_built(put, eager, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(tasks.build_index, "delay", lambda _: None)
        tasks.ingest_documents([put("a.md", "Refunds take five days.").pk])
    assert not IndexVersion.objects.exists()

    tasks.resume_ingestion()

    assert search_passages("refunds", PUBLIC)


def test_task_names_are_what_the_schedule_calls_them():
    assert tasks.resume_ingestion.name == "knowledge.tasks.resume_ingestion"
