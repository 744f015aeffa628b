"""The way from a proposal to what is published, and back to what was published before."""

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import transaction
from django.utils import timezone

from knowledge.errors import PublishingError
from knowledge.models import Collection, Document, DocumentVersion
from knowledge.originals import stored_hash
from knowledge.services import enqueue, is_to_be_read, revise
from knowledge.versions import Change, Origin, State, record

Publication = Document.Publication


def may_publish(user: AbstractUser | AnonymousUser, collection: Collection) -> bool:
    """Whether what this person writes is published at once."""
    return not collection.needs_review or user.has_perm("knowledge.publish_document")


def publish(version: DocumentVersion, user: AbstractUser) -> Document:
    """Says yes to a proposal. ``PublishingError`` if somebody else decided already."""
    with transaction.atomic():
        document = locked(version)
        settle(version, State.PUBLISHED, published_at=timezone.now(), published_by=user)
        document.url = document.url if version.url is None else version.url
        return apply(document, version)


def reject(version: DocumentVersion, user: AbstractUser, note: str = "") -> None:
    """Says no to a proposal, which is kept with the reason."""
    with transaction.atomic():
        locked(version)
        settle(version, State.REJECTED, note=note[:300], published_by=user)


def restore(version: DocumentVersion, user: AbstractUser, *, publish: bool = True) -> Document:
    """What the document said before, as a version of its own; or a proposal of it."""
    with transaction.atomic():
        document = locked(version)
        wanted = Document(collection=document.collection, path=document.path, url=document.url)
        take(wanted, version)
        wanted.given_hash = stored_hash(version.file) if version.file else ""
        change = Change(Origin.RESTORE, user, publish, note=f"As in version {version.number}.")
        record(document, wanted, change)
        return apply(document, version) if publish else document


def locked(version: DocumentVersion) -> Document:
    return Document.objects.select_for_update().select_related("collection").get(pk=version.document_id)


def settle(version: DocumentVersion, state: str, **fields: object) -> None:
    waiting = DocumentVersion.objects.filter(pk=version.pk, state=State.REVIEW)
    if not waiting.update(state=state, **fields):
        raise PublishingError("Somebody has decided about this version already. Open the page again to see how.")


def apply(document: Document, version: DocumentVersion) -> Document:
    """Makes it what the document says."""
    wanted = Document(collection=document.collection, path=document.path)
    take(wanted, version)
    wanted.given_hash = document.given_hash
    document.publication, document.retired_by = Publication.PUBLISHED, ""
    revise(document, wanted)
    if is_to_be_read(document):
        enqueue([document.pk])
    return document


def take(wanted: Document, version: DocumentVersion) -> None:
    wanted.title, wanted.content, wanted.format = version.title, version.content, version.format
    wanted.file = version.file
