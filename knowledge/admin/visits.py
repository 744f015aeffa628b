"""How a source is doing: its last visit in words, and what people may ask of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from knowledge import publishing
from knowledge.admin.scope import permitted
from knowledge.errors import SourceError
from knowledge.models import Document, Source, SyncRun
from knowledge.sources import can_be_visited
from knowledge.visits import syncing

if TYPE_CHECKING:
    from knowledge.admin.sources import SourceAdmin

SHOWN_RUNS = 20
# Of what a visit asks to retire.
NAMED = 10
COUNTED = ("added", "changed", "removed", "unchanged", "failed")
Status = SyncRun.Status
COLOURS = {
    Status.WAITING: "info",
    Status.RUNNING: "info",
    Status.ASKING: "warning",
    Status.DONE: "success",
    Status.PARTIAL: "warning",
    Status.FAILED: "danger",
}


@dataclass(frozen=True)
class Visited:
    """One run, for a list or the panel."""

    run: SyncRun

    @property
    def colour(self) -> str:
        return COLOURS.get(Status(self.run.status), "")

    @property
    def is_under_way(self) -> bool:
        return self.run.status in (Status.WAITING, Status.RUNNING)

    @property
    def would_remove(self) -> int:
        return len(self.run.missing) if self.run.status == Status.ASKING else 0

    @property
    def counts(self) -> str:
        """What it brought, without the noughts."""
        some = [f"{getattr(self.run, name):,} {name}" for name in COUNTED if getattr(self.run, name)]
        pending = [f"would remove {self.would_remove:,}"] if self.would_remove else []
        return ", ".join(some + pending) or "Nothing was there"

    @property
    def missing(self) -> QuerySet[Document]:
        """The first of those that a yes would retire."""
        return Document.objects.filter(pk__in=self.run.missing).only("title", "path", "url")[:NAMED]

    @property
    def unnamed(self) -> int:
        return max(self.would_remove - NAMED, 0)


def panel(admin: "SourceAdmin", request: HttpRequest, source: Source) -> dict[str, Any]:
    visits = [Visited(run) for run in source.runs.select_related("requested_by")[:SHOWN_RUNS]]
    can_change = admin.has_change_permission(request, source)
    can_remove = can_change and publishing.may_publish(request.user, source.collection)
    return {
        "source": source,
        "visits": visits,
        "latest": visits[0] if visits else None,
        "can_sync": can_change and can_be_visited(source),
        "can_change": can_change,
        "can_remove": can_remove,
        "who_decides": "" if can_remove else who_decides(request, source, can_change),
    }


def who_decides(request: HttpRequest, source: Source, can_change: bool) -> str:
    """For those who may not say yes."""
    if can_change:
        return "Only a publisher may say yes."
    if source.kind == Source.Kind.FOLDER and not request.user.is_superuser:
        return "Folders of this machine are for administrators, so one of them has to decide."
    return "Somebody who may change this source has to decide."


def the_source(admin: "SourceAdmin", request: HttpRequest, pk: int, *, to_change: bool = False) -> Source:
    source: Source = permitted(admin, request, pk, to_change=to_change)
    return source


def show(admin: "SourceAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    source = the_source(admin, request, pk)
    return render(request, "admin/knowledge/source/visits.html", panel(admin, request, source) | {"swap": True})


def sync(admin: "SourceAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    source = the_source(admin, request, pk, to_change=True)
    try:
        syncing.request_sync(source, request.user)  # type: ignore[arg-type]
    except SourceError as error:
        messages.error(request, error.user_message)
    return done(admin, request, source)


def cancel(admin: "SourceAdmin", request: HttpRequest, pk: int, run_pk: int) -> HttpResponse:
    source = the_source(admin, request, pk, to_change=True)
    syncing.cancel(get_object_or_404(source.runs, pk=run_pk))
    return done(admin, request, source)


def approve(admin: "SourceAdmin", request: HttpRequest, pk: int, run_pk: int) -> HttpResponse:
    """What is retired is not answered any more, so it takes the right to publish."""
    source = the_source(admin, request, pk, to_change=True)
    if not publishing.may_publish(request.user, source.collection):
        raise PermissionDenied
    syncing.approve_removal(get_object_or_404(source.runs, pk=run_pk), request.user)  # type: ignore[arg-type]
    return done(admin, request, source)


def done(admin: "SourceAdmin", request: HttpRequest, source: Source) -> HttpResponse:
    if getattr(request, "htmx", False):
        return show(admin, request, source.pk)
    return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[source.pk]))
