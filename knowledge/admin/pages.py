"""Pages of the document admin beside Django's own: status, passages, preview, a question to try."""

from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from knowledge import loaders, publishing, services
from knowledge.admin.editing import bytes_of, is_text, proposal_of
from knowledge.admin.held import held_indexes, held_without, mark_held
from knowledge.admin.scope import own_collections, permitted
from knowledge.admin.status import status_of
from knowledge.admin.trying import TryForm, answers_for
from knowledge.errors import DocumentError
from knowledge.models import Document
from knowledge.parsing import parse
from knowledge.rendering import LONGEST_DOCUMENT, render_document, render_passage
from knowledge.selectors import HAS_A_PAGE
from knowledge.versions import readable_before

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

PASSAGES_PER_PAGE = 50


def the_document(admin: "DocumentAdmin", request: HttpRequest, pk: int, *, to_change: bool = False) -> Document:
    document: Document = permitted(admin, request, pk, to_change=to_change)
    return document


def may_decide(admin: "DocumentAdmin", request: HttpRequest, document: Document) -> bool:
    """Whether what is published of this document is for this person to say."""
    may_publish = publishing.may_publish(request.user, document.collection)
    return may_publish and admin.has_change_permission(request, document)


def panel(admin: "DocumentAdmin", request: HttpRequest, document: Document) -> dict[str, Any]:
    """What stands above a document: how it is doing, and what one can do about it."""
    held_at, proposal = held_without(document), proposal_of(document)
    can_edit = admin.has_change_permission(request, document)
    return {
        "document": document,
        "original": document,
        "held_at": held_at,
        "status": status_of(document, held_at),
        "is_text": is_text(document),
        "proposal": proposal,
        "readable": readable_before(document) if can_edit else None,
        "edits_proposal": proposal is not None and can_edit and is_text(document),
        "has_page": Document.objects.filter(HAS_A_PAGE, pk=document.pk).exists(),
        "can_edit": can_edit,
        "can_decide": may_decide(admin, request, document),
        # The theme's link to Django's log, in whose place the versions are shown.
        "show_history": False,
    }


def show(
    admin: "DocumentAdmin", request: HttpRequest, document: Document, template: str, title: str, **context: Any
) -> HttpResponse:
    """A page about one document, under the tabs that lead to the others."""
    about = {"document": document, "original": document}
    return admin.page(request, template, title, **about, **context)


def to_document(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[pk]))


def status(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    document = the_document(admin, request, pk)
    return render(request, "admin/knowledge/document/panel.html", panel(admin, request, document))


def statuses(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    """The badges of a list that has documents in the making, and the question again while there are any."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    wanted = [int(pk) for pk in request.GET.getlist("id")[:200] if pk.isdecimal()]
    asked = mark_held(admin.get_queryset(request).filter(pk__in=wanted).select_related("collection"))
    documents = [(document, status_of(document, document.held_at)) for document in asked]  # type: ignore[attr-defined]
    unfinished = [document for document, words in documents if not words.is_final]
    context = {"documents": documents, "unfinished": unfinished}
    return render(request, "admin/knowledge/document/statuses.html", context)


def reindex(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    services.reindex([the_document(admin, request, pk, to_change=True)])
    return to_document(pk)


def verify(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    document = the_document(admin, request, pk, to_change=True)
    if services.verify([document], request.user):  # type: ignore[arg-type]
        messages.success(request, "Marked as verified today.")
    else:
        messages.error(request, "It cannot be read, so there is nothing in it to verify.")
    return to_document(pk)


def retire(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    services.retire([document_to_decide(admin, request, pk)])
    messages.success(request, "Retired. Answers do not use this document any more.")
    return to_document(pk)


def put_back(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    services.put_back([document_to_decide(admin, request, pk)])
    messages.success(request, "Put back.")
    return to_document(pk)


def document_to_decide(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> Document:
    document = the_document(admin, request, pk, to_change=True)
    if not may_decide(admin, request, document):
        raise PermissionDenied
    return document


def file(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded, to be saved and never shown: it may be anything."""
    document = the_document(admin, request, pk)
    try:
        data = bytes_of(document)
    except DocumentError as error:
        messages.error(request, error.user_message)
        return to_document(pk)
    name = PurePosixPath(document.path).name
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type="application/octet-stream")


def passages(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """All of them in order. One that is asked for by its id is on the page that is shown, and stands out."""
    document = the_document(admin, request, pk)
    current = document.chunks.filter(revision=F("document__revision"), recipe=F("document__recipe"))
    asked = request.GET.get("chunk", "")
    marked = current.filter(pk=asked).first() if asked.isdecimal() else None
    page = Paginator(current, PASSAGES_PER_PAGE).get_page(
        current.filter(position__lt=marked.position).count() // PASSAGES_PER_PAGE + 1
        if marked
        else request.GET.get("page")
    )
    context = {
        "page": page,
        "passages": [(chunk, render_passage(chunk.text)) for chunk in page],
        "marked": marked,
        "is_gone": bool(asked) and marked is None,
    }
    return show(admin, request, document, "document/passages.html", f"Passages of {document}", **context)


def preview(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    """The text of any of the forms as its hosted page will show it."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    written = (request.POST.get(field) for field in ("content", "write-content", "answer"))
    content = next(filter(None, written), "")
    path = request.POST.get("path") or request.POST.get("write-path") or "page.md"
    context: dict[str, Any] = {}
    if not content.strip():
        return HttpResponse("")
    try:
        loaded = parse(content[:LONGEST_DOCUMENT], path, loaders.format_of(path))
    except DocumentError as error:
        context["error"] = error.user_message
    else:
        # An answer has its question above it.
        title = request.POST.get("question", loaded.title)
        context |= {"title": title, "page": render_document(loaded.markdown)}
    return render(request, "admin/knowledge/document/preview.html", context)


def try_a_question(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    form = TryForm(request.GET if "question" in request.GET else None, collections=own_collections(request))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        searched = form.cleaned_data["collections"] or own_collections(request)
        context |= {"answers": answers_for(request, form), "held": held_indexes(searched)}
    return admin.page(request, "document/try.html", "Try a question", wide=True, **context)
