"""After a roll-back an earlier index answers, and what was written since waits until that one is released."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, QuerySet

from knowledge.building import served_version
from knowledge.content import searchable_chunks
from knowledge.errors import IndexUnusable
from knowledge.indexes import engine_name, serving
from knowledge.models import Collection, Document, IndexVersion

Status = IndexVersion.Status


def held_without(document: Document) -> IndexVersion | None:
    """The version its collection is held at, if that does not have all that was read of the document."""
    return held_back([document]).get(document.pk)


def held_back(documents: Iterable[Document]) -> dict[int, IndexVersion]:
    """``held_without`` of each that has one. A few queries for each collection that is held, however many documents."""
    ready: dict[int, list[Document]] = defaultdict(list)
    for document in documents:
        if document.status == Document.Status.READY and document.collection.index_held:
            ready[document.collection_id].append(document)
    found: dict[int, IndexVersion] = {}
    for collection_id, some in ready.items():
        if served := served_version(collection_id):
            found |= dict.fromkeys(missing_in(served, some), served)
    return found


def held_indexes(collections: QuerySet[Collection]) -> QuerySet[IndexVersion]:
    """What answers of those that are held and were changed since."""
    served = IndexVersion.objects.filter(
        collection__in=collections, collection__index_held=True, status=Status.SERVING, engine=engine_name()
    )
    changed = served.exclude(content_version=F("collection__content_version"))
    return changed.select_related("collection").order_by("collection__name")


def mark_held(documents: Iterable[Document]) -> list[Document]:
    """The documents of a list, each with its ``held_at``."""
    marked = list(documents)
    held = held_back(marked)
    for document in marked:
        document.held_at = held.get(document.pk)  # type: ignore[attr-defined]
    return marked


def missing_in(served: IndexVersion, documents: Sequence[Document]) -> set[int]:
    passages = searchable_chunks(served.collection_id, served.recipe).filter(document__in=documents)
    documents_of = dict(passages.values_list("pk", "document_id"))
    try:
        snapshots = serving([served.collection_id])
    except IndexUnusable:
        return set()
    missing = (documents_of.keys() - snapshot.documents_of(list(documents_of)).keys() for snapshot in snapshots)
    return {documents_of[chunk_id] for some in missing for chunk_id in some}
