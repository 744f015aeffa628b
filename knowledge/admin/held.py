"""After a roll-back an earlier index answers, and what was written since waits until that one is released."""

from knowledge.building import served_version
from knowledge.content import searchable_chunks
from knowledge.errors import IndexUnusable
from knowledge.indexes import serving
from knowledge.models import Document, IndexVersion


def held_without(document: Document) -> IndexVersion | None:
    """The version its collection is held at, if that does not have all that was read of the document."""
    if document.status != Document.Status.READY or not document.collection.index_held:
        return None
    if not (served := served_version(document.collection_id)):
        return None
    passages = searchable_chunks(document.collection_id, served.recipe).filter(document=document)
    ids = list(passages.values_list("pk", flat=True))
    try:
        is_without = any(len(snapshot.documents_of(ids)) < len(ids) for snapshot in serving([document.collection_id]))
    except IndexUnusable:
        return None
    return served if is_without else None
