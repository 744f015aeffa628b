from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from knowledge.models import Document
from supportbot.theme import ChangeList

CURATED = Document.Format.CURATED
STALE_AFTER = timedelta(days=182)


def is_stale() -> Q:
    """Neither written nor confirmed for half a year. Drafts and what was retired answer nobody."""
    begin = timezone.now() - STALE_AFTER
    confirmed_lately = Q(verified_at__gte=begin) | Q(updated_at__gte=begin)
    return Q(publication=Document.Publication.PUBLISHED) & ~confirmed_lately


class DocumentList(ChangeList):  # type: ignore[misc]
    """Without editors' own answers, which have a list of their own: nothing done to many documents is meant for them.

    One by one they are still looked at as documents, with their passages and their history.
    """

    root_queryset: QuerySet[Document]

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Document]:
        self.root_queryset = self.root_queryset.exclude(format=CURATED)
        documents: QuerySet[Document] = super().get_queryset(request, exclude_parameters)
        return documents


class FormatFilter(admin.SimpleListFilter):
    title = "format"
    parameter_name = "format"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Document.Format.choices if value != CURATED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(format=self.value()) if self.value() else queryset


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
