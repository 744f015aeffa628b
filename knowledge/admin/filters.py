from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from knowledge.models import Document

STALE_AFTER = timedelta(days=182)


def is_stale() -> Q:
    """Neither written nor confirmed for half a year. Drafts and what was retired answer nobody."""
    begin = timezone.now() - STALE_AFTER
    confirmed_lately = Q(verified_at__gte=begin) | Q(updated_at__gte=begin)
    return Q(publication=Document.Publication.PUBLISHED) & ~confirmed_lately


class StaleFilter(admin.SimpleListFilter):
    title = "freshness"
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Not verified for 6 months")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_stale()) if self.value() == "1" else queryset


class ProposalFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Waits for review")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(waits=True) if self.value() == "1" else queryset
