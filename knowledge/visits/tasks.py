"""Doorbells of visits to sources. The runs are rows; one that nobody came for is rung for again."""

from threading import BoundedSemaphore, Thread

from celery import shared_task
from django.db import connection

from knowledge.services import enqueue
from knowledge.visits import runs
from knowledge.visits.visiting import visit

# In each process of each worker. A run that finds no place waits for the next ring.
VISITS_AT_ONCE = 4
places = BoundedSemaphore(VISITS_AT_ONCE)


@shared_task
def sync_source(run_id: int) -> None:
    """A large site takes an hour, most of it waiting: in a thread beside the worker's tasks, none of which waits for
    it. If the worker ends, the lease of the run does, and another takes it up."""
    if places.acquire(blocking=False):
        Thread(target=visit_beside, args=[run_id], name=f"visit-{run_id}", daemon=True).start()


def visit_beside(run_id: int) -> None:
    try:
        visit(run_id, process_elsewhere)
    finally:
        connection.close()
        places.release()


@shared_task
def start_due_syncs() -> None:
    for run_id in runs.begin_due():
        sync_source.delay(run_id)


def process_elsewhere(document_ids: list[int]) -> tuple[()]:
    enqueue(document_ids)
    return ()
