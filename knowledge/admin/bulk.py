"""What can be done to many documents at once."""

from contextlib import suppress

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from knowledge import publishing, services
from knowledge.errors import PublishingError
from knowledge.models import Document, DocumentVersion
from knowledge.versions import State

Documents = QuerySet[Document]
NOT_YOURS = ("in its collection publishers decide", "in their collections publishers decide")
UNREADABLE = (
    "it cannot be read, so there is nothing in it to verify",
    "they cannot be read, so there is nothing in them to verify",
)


class BulkActions:
    """Stands before a ``ModelAdmin`` of documents."""

    actions = ["reindex", "verify", "publish", "retire", "put_back"]

    @admin.action(description="Re-index", permissions=["change"])
    def reindex(self, request: HttpRequest, documents: Documents) -> None:
        published = documents.filter(publication=Document.Publication.PUBLISHED)
        services.reindex(published)
        say(request, published.count(), "being read again. What they said stays meanwhile")

    @admin.action(description="Verified today", permissions=["change"])
    def verify(self, request: HttpRequest, documents: Documents) -> None:
        say(request, services.verify(documents, request.user), "marked as verified today")  # type: ignore[arg-type]
        say_left(request, documents.filter(status=Document.Status.FAILED).count(), UNREADABLE)

    @admin.action(description="Publish what waits for review", permissions=["change"])
    def publish(self, request: HttpRequest, documents: Documents) -> None:
        allowed = decidable(request, documents)
        published = 0
        for version in DocumentVersion.objects.filter(document__in=allowed.values("pk"), state=State.REVIEW):
            # Somebody else may have decided in this moment.
            with suppress(PublishingError):
                publishing.publish(version, request.user)  # type: ignore[arg-type]
                published += 1
        say(request, published, "published")
        say_left(request, documents.count() - allowed.count(), NOT_YOURS)

    @admin.action(description="Retire", permissions=["change"])
    def retire(self, request: HttpRequest, documents: Documents) -> None:
        allowed = decidable(request, documents)
        say(request, services.retire(allowed), "retired. Answers do not use them any more")
        say_left(request, documents.count() - allowed.count(), NOT_YOURS)

    @admin.action(description="Put back", permissions=["change"])
    def put_back(self, request: HttpRequest, documents: Documents) -> None:
        allowed = decidable(request, documents)
        say(request, services.put_back(allowed), "put back. Answers use them again as soon as the index has them")
        say_left(request, documents.count() - allowed.count(), NOT_YOURS)


def decidable(request: HttpRequest, documents: Documents) -> Documents:
    """Those of which this person decides what is published."""
    if request.user.has_perm("knowledge.publish_document"):
        return documents
    return documents.filter(collection__needs_review=False)


def say(request: HttpRequest, count: int, what: str) -> None:
    messages.success(request, f"{count} document{' is' if count == 1 else 's are'} {what}.")


def say_left(request: HttpRequest, count: int, why: tuple[str, str]) -> None:
    """``why`` of one, and of several."""
    if count:
        left = "1 was left as it is" if count == 1 else f"{count} were left as they are"
        messages.warning(request, f"{left}: {why[count > 1]}.")
