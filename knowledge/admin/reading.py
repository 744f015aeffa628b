"""How far the reading of many documents is. Whoever started it: one banner for all that somebody may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from knowledge import leases, services
from knowledge.admin.scope import own_collections
from knowledge.admin.status import next_attempt
from knowledge.models import Document

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

Status = Document.Status


@dataclass(frozen=True)
class Reading:
    """``total`` is the most that was waiting while somebody watched, and ``failed`` what failed meanwhile."""

    left: int
    total: int
    failed: int
    failed_before: int
    held: int = 0
    postponed: int = 0
    next_at: datetime | None = None

    @property
    def done(self) -> int:
        return self.total - self.left

    @property
    def read(self) -> int:
        return max(self.done - self.failed, 0)

    @property
    def is_awaited(self) -> bool:
        """No worker is at any of it, although there is something to begin with."""
        return not self.held and self.left > self.postponed

    @property
    def next_attempt(self) -> str:
        """When all that is left failed for a reason that may pass."""
        return next_attempt(self.next_at) if self.next_at and self.left == self.postponed else ""

    @property
    def seen(self) -> str:
        """What whoever watches brings along the next time."""
        return urlencode({"total": self.total, "failed_before": self.failed_before})


def state_of(request: HttpRequest) -> Reading:
    published = Document.objects.filter(
        collection__in=own_collections(request), publication=Document.Publication.PUBLISHED
    ).exclude(format=Document.Format.CURATED)
    postponed = Q(status=Status.PENDING, attempts__gt=0, lease_expires_at__gt=timezone.now())
    counts = published.aggregate(
        left=Count("pk", filter=Q(status__in=[Status.PENDING, Status.PROCESSING])),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        held=Count("pk", filter=Q(status=Status.PROCESSING, lease_expires_at__gte=leases.heard_until())),
        postponed=Count("pk", filter=postponed),
        next_at=Min("lease_expires_at", filter=postponed),
    )
    left, failed = counts.pop("left"), counts.pop("failed")
    # What had failed and is read again is not failed meanwhile, so there are fewer that had.
    before = min(failed, brought(request, "failed_before", failed))
    return Reading(left, max(left, brought(request, "total", 0)), failed - before, before, **counts)


def brought(request: HttpRequest, name: str, otherwise: int) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() else otherwise


def banner(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    context = {"reading": state_of(request), "can_stop": admin.has_change_permission(request)}
    return render(request, "admin/knowledge/document/reading.html", context)


def stop(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    """What was changed is read all the same: its old text is not there any more."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    services.stop_reading(own_collections(request))
    if getattr(request, "htmx", False):
        return banner(admin, request)
    return HttpResponseRedirect(reverse("admin:knowledge_document_changelist"))
