"""How a source is doing: its last visit in words, and what people may ask of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from knowledge import publishing
from knowledge.admin.scope import permitted
from knowledge.errors import SourceError
from knowledge.models import Source, SyncRun
from knowledge.sources import can_be_visited
from knowledge.visits import syncing

if TYPE_CHECKING:
    from knowledge.admin.sources import SourceAdmin

SHOWN_RUNS = 20
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
    def counts(self) -> str:
        """What it brought, without the noughts."""
        gone = "missing" if self.run.status == Status.ASKING else "removed"
        names = {"added": "added", "changed": "changed", "removed": gone, "unchanged": "unchanged", "failed": "failed"}
        some = [f"{getattr(self.run, name):,} {word}" for name, word in names.items() if getattr(self.run, name)]
        return ", ".join(some) or "Nothing was there"


def panel(admin: "SourceAdmin", request: HttpRequest, source: Source) -> dict[str, Any]:
    visits = [Visited(run) for run in source.runs.select_related("requested_by")[:SHOWN_RUNS]]
    can_change = admin.has_change_permission(request, source)
    return {
        "source": source,
        "visits": visits,
        "latest": visits[0] if visits else None,
        "can_sync": can_change and can_be_visited(source),
        "can_change": can_change,
        "can_remove": can_change and publishing.may_publish(request.user, source.collection),
    }


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
