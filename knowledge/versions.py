"""What documents said, one version each time they were changed, and what waits for somebody's yes."""

from dataclasses import dataclass
from hashlib import sha256

from django.contrib.auth.models import AbstractUser
from django.db.models import Max, QuerySet
from django.utils import timezone

from knowledge import originals
from knowledge.models import Document, DocumentVersion

# Beyond these the oldest go. What waits for a yes stays.
KEPT_VERSIONS = 50

State = DocumentVersion.State
Origin = DocumentVersion.Origin


@dataclass(frozen=True)
class Change:
    """Where a text came from, and whether it is to be published without anybody looking at it."""

    origin: str = Origin.EDITOR
    author: AbstractUser | None = None
    publish: bool = True
    note: str = ""

    @property
    def author_id(self) -> int | None:
        return self.author.pk if self.author else None


def content_hash(title: str, content: str, file_hash: str) -> str:
    return sha256("\0".join([title, content, file_hash]).encode("utf-8", "surrogatepass")).hexdigest()


def hash_of_document(document: Document) -> str:
    return content_hash(document.title, document.content, document.given_hash if document.file else "")


def record(existing: Document, wanted: Document, change: Change) -> DocumentVersion:
    """What ``wanted`` says as the newest version of ``existing``. A proposal takes the place of an earlier one."""
    newest = existing.versions.aggregate(newest=Max("number"))["newest"] or 0
    if not change.publish:
        withdraw_proposals(existing)
    version = DocumentVersion.objects.create(
        document=existing,
        number=newest + 1,
        state=State.PUBLISHED if change.publish else State.REVIEW,
        origin=change.origin,
        title=wanted.title,
        content=wanted.content,
        file=str(wanted.file.name or ""),
        url=wanted.url,
        format=wanted.format,
        content_hash=hash_of_document(wanted),
        note=change.note[:300],
        author_id=change.author_id,
        published_at=timezone.now() if change.publish else None,
        published_by_id=change.author_id if change.publish else None,
    )
    if newest >= KEPT_VERSIONS:
        remove_oldest(existing)
    return version


def pending(document: Document) -> QuerySet[DocumentVersion]:
    """What waits for a yes: at most one."""
    return document.versions.filter(state=State.REVIEW)


def readable_before(document: Document) -> DocumentVersion | None:
    """What was read last of a published document that fails now, if it says something else."""
    is_failed = (document.status, document.publication) == (Document.Status.FAILED, Document.Publication.PUBLISHED)
    if not is_failed or not document.indexed_at:
        return None
    read = document.versions.filter(state=State.PUBLISHED, published_at__lte=document.indexed_at)
    last = read.order_by("-published_at", "-number").first()
    is_same = last and (last.content, last.file) == (document.content, str(document.file.name or ""))
    return None if is_same else last


def withdraw_proposals(document: Document) -> None:
    pending(document).update(state=State.REJECTED, note="A later version took its place.")


def is_proposed(document: Document, wanted: Document) -> bool:
    return bool(pending(document).filter(content_hash=hash_of_document(wanted), url=wanted.url).exists())


def remove_oldest(document: Document) -> None:
    settled = document.versions.exclude(state=State.REVIEW)
    old = list(settled.order_by("-number")[KEPT_VERSIONS:])
    if old:
        DocumentVersion.objects.filter(pk__in=[version.pk for version in old]).delete()
        originals.remove_unused(version.file for version in old)
