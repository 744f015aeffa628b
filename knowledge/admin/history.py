"""What a document said before, what was changed, and the way back."""

from collections.abc import Iterator
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from knowledge import publishing
from knowledge.admin import pages
from knowledge.models import Document, DocumentVersion
from knowledge.text.differences import Line, difference
from knowledge.versions import State

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

COLOURS = {State.PUBLISHED: "success", State.REVIEW: "warning", State.REJECTED: "danger"}
CHANGED = ("removed", "added")


def versions(admin: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    document = pages.the_document(admin, request, pk)
    rows = list(document.versions.select_related("author", "published_by").defer("content"))
    current = next((row.number for row in rows if row.state == State.PUBLISHED), None)
    context = {"versions": [(row, COLOURS.get(State(row.state), "")) for row in rows], "current": current}
    return pages.show(admin, request, document, "document/versions.html", f"Versions of {document}", **context)


def version(admin: "DocumentAdmin", request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What this version changed, and what can be done about it."""
    document = pages.the_document(admin, request, pk)
    shown = the_version(document, number)
    before = compared_with(document, shown, request.GET.get("with", ""))
    lines = difference(before.content if before else "", shown.content)
    decides = pages.may_decide(admin, request, document)
    context = {
        "version": shown,
        "before": before,
        "lines": lines,
        "rows": side_by_side(lines),
        "beside": request.GET.get("view") == "beside",
        "earlier": document.versions.exclude(pk=shown.pk).values_list("number", flat=True),
        "can_decide": decides and shown.state == State.REVIEW,
        "can_restore": admin.has_change_permission(request, document) and not is_said_now(document, shown),
        "wide": True,
    }
    return pages.show(admin, request, document, "document/version.html", f"Version {number} of {document}", **context)


def the_version(document: Document, number: int) -> DocumentVersion:
    return get_object_or_404(document.versions.select_related("author", "published_by"), number=number)


def compared_with(document: Document, version: DocumentVersion, asked: str) -> DocumentVersion | None:
    """By default what was published before it; for what waits, what is published now."""
    others = document.versions.exclude(pk=version.pk)
    if asked.isdecimal():
        return others.filter(number=asked).first()
    before = others.filter(number__lt=version.number, state=State.PUBLISHED).first()
    is_kept = before or version.state != State.REVIEW or document.publication == Document.Publication.DRAFT
    # It may be older than its history.
    return before if is_kept else DocumentVersion(title=document.title, content=document.content)


def is_said_now(document: Document, version: DocumentVersion) -> bool:
    newest = document.versions.filter(state=State.PUBLISHED).first()
    return version.state == State.REVIEW or newest == version


def side_by_side(lines: list[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Each line beside what became of it."""
    for kind, group in groupby(lines, lambda line: "changed" if line.kind in CHANGED else line.kind):
        some = list(group)
        if kind != "changed":
            yield from ((line, line) for line in some)
            continue
        removed = [line for line in some if line.kind == "removed"]
        added = [line for line in some if line.kind == "added"]
        yield from zip_longest(removed, added)


def restore(admin: "DocumentAdmin", request: HttpRequest, pk: int, number: int) -> HttpResponse:
    document = pages.the_document(admin, request, pk, to_change=True)
    publishes = publishing.may_publish(request.user, document.collection)
    publishing.restore(the_version(document, number), request.user, publish=publishes)  # type: ignore[arg-type]
    done = "The document says again what it said then." if publishes else "That waits for review now."
    messages.success(request, f"Version {number} was brought back. {done}")
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[pk]))
