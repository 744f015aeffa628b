"""Documents that other programs bring, by names of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from knowledge import services
from knowledge.curating import CURATED_SUFFIX
from knowledge.errors import PushRefused
from knowledge.models import Collection, Document, Source
from knowledge.visits.comparing import Outcome


@dataclass(frozen=True)
class Pushed:
    """What a program says of one document. An empty title means the one in the content."""

    id: str
    content: str
    title: str = ""
    format: str = "markdown"
    url: str = ""
    updated_at: datetime | None = None


def push(collection: Collection, pushed: Pushed) -> tuple[Document, Outcome]:
    """Written, and processed soon. ``PushRefused`` if the name belongs to a document from elsewhere."""
    document, outcome = put(collection, pushed, source_of(collection))
    finish([document])
    return document, outcome


def put(collection: Collection, pushed: Pushed, source: Source) -> tuple[Document, Outcome]:
    """For callers that have many: ``finish`` them together."""
    existing = Document.objects.filter(collection=collection, path=pushed.id).first()
    if existing and existing.source_id != source.pk:
        raise PushRefused(f"There is a document named {pushed.id} that was not pushed. Use another id.")
    if pushed.id.endswith(CURATED_SUFFIX):
        raise PushRefused(f"Names that end in {CURATED_SUFFIX} are those of curated answers. Use another id.")
    document, changed = services.put_document(
        collection=collection,
        path=pushed.id,
        given=pushed.content,
        title=pushed.title,
        format=pushed.format,
        url=pushed.url,
        source=source,
        origin="push",
        publish=not collection.needs_review,
    )
    if changed and pushed.updated_at:
        Document.objects.filter(pk=document.pk).update(updated_at=pushed.updated_at)
        document.updated_at = pushed.updated_at
    if not changed:
        return document, Outcome.UNCHANGED
    return document, Outcome.CHANGED if existing else Outcome.ADDED


def finish(documents: Iterable[Document]) -> None:
    services.enqueue([document.pk for document in documents if services.is_to_be_read(document)])


def source_of(collection: Collection) -> Source:
    """One for all programs: they share the names in a collection."""
    source, _ = Source.objects.get_or_create(
        collection=collection, kind=Source.Kind.PUSH, location="", defaults={"name": "API"}
    )
    return source


def pushed_documents(collection: Collection) -> QuerySet[Document]:
    return Document.objects.filter(collection=collection, source__kind=Source.Kind.PUSH).select_related("collection")


def withdraw(document: Document) -> None:
    """Answers nothing from now on, and comes back when it is pushed again."""
    services.retire([document], by=Document.RetiredBy.SOURCE)
