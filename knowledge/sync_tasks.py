"""Doorbells of visits to sources. The runs are rows; one that nobody came for is rung for again."""

from celery import shared_task

from knowledge import runs
from knowledge.services import enqueue
from knowledge.visiting import visit


@shared_task
def sync_source(run_id: int) -> None:
    visit(run_id, process_elsewhere)


@shared_task
def start_due_syncs() -> None:
    for run_id in runs.begin_due():
        sync_source.delay(run_id)


def process_elsewhere(document_ids: list[int]) -> tuple[()]:
    enqueue(document_ids)
    return ()
