"""Doorbells. Everything they start is written down in the database and survives a bell that was not heard."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import shared_task

from knowledge import building, ingestion, leases
from knowledge.batches import batches
from knowledge.errors import EmbeddingError, IndexUnusable

log = structlog.get_logger(__name__)

DOCUMENTS_PER_TASK = 50


@contextmanager
def tried_again_later() -> Iterator[None]:
    """What failed for a reason we know is written in the version's row; the sweep comes back to it."""
    try:
        yield
    except (EmbeddingError, IndexUnusable) as error:
        log.warning("index_not_built", reason=error.user_message)


@shared_task
def ingest_documents(document_ids: list[int]) -> None:
    for collection_id in ingestion.ingest(document_ids):
        build_index.delay(collection_id)


@shared_task
def build_index(collection_id: int) -> None:
    with tried_again_later():
        if building.build_index(collection_id) and building.wants_merge(collection_id):
            merge_index.delay(collection_id)


@shared_task
def rebuild_index(collection_id: int) -> None:
    with tried_again_later():
        building.rebuild_index(collection_id)


@shared_task
def merge_index(collection_id: int) -> None:
    with tried_again_later():
        building.merge_index(collection_id)


@shared_task
def resume_ingestion() -> None:
    """Takes up what a killed worker, a lost message or a passing failure left behind."""
    building.queue_outdated_documents()
    for document_ids in batches(leases.take_unfinished(), DOCUMENTS_PER_TASK):
        ingest_documents.delay(document_ids)
    for collection_id in building.stale_collections():
        build_index.delay(collection_id)
