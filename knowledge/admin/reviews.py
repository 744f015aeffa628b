"""What waits for somebody's yes, and the yes or no."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from knowledge import publishing
from knowledge.admin import pages
from knowledge.admin.history import the_version
from knowledge.admin.scope import own_collections
from knowledge.errors import PublishingError
from knowledge.models import DocumentVersion
from knowledge.versions import State

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

VERSIONS_PER_PAGE = 50


def proposals(request: HttpRequest) -> QuerySet[DocumentVersion]:
    return DocumentVersion.objects.filter(state=State.REVIEW, document__collection__in=own_collections(request))


def how_many(request: HttpRequest) -> str:
    """For the sidebar."""
    return str(proposals(request).count()) if request.user.has_perm("knowledge.view_document") else "0"


def waiting(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    oldest_first = proposals(request).select_related("document__collection", "author").order_by("created_at")
    found = oldest_first.defer("content", "document__content", "document__markdown")
    page = Paginator(found, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    return admin.page(request, "document/reviews.html", "To review", page=page)


def approve(admin: "DocumentAdmin", request: HttpRequest, pk: int, number: int) -> HttpResponse:
    version = decided(admin, request, pk, number)
    try:
        publishing.publish(version, request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, f"Version {number} of “{version.document}” is published.")
    return after_decision(request, pk)


def reject(admin: "DocumentAdmin", request: HttpRequest, pk: int, number: int) -> HttpResponse:
    version = decided(admin, request, pk, number)
    try:
        publishing.reject(version, request.user, note_in(request))  # type: ignore[arg-type]
    except PublishingError as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, f"Version {number} of “{version.document}” was not accepted. Its author sees why.")
    return after_decision(request, pk)


def note_in(request: HttpRequest) -> str:
    """On one line. PostgreSQL takes no null characters."""
    return " ".join(request.POST.get("note", "").replace("\0", "").split())


def decided(admin: "DocumentAdmin", request: HttpRequest, pk: int, number: int) -> DocumentVersion:
    document = pages.the_document(admin, request, pk, to_change=True)
    if not pages.may_decide(admin, request, document):
        raise PermissionDenied
    return the_version(document, number)


def after_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The next one, as long as there is one."""
    if proposals(request).exists():
        return HttpResponseRedirect(reverse("admin:knowledge_document_reviews"))
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[pk]))
