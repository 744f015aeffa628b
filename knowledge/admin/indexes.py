"""The page of indexes. Rows of the table of versions are never edited: they are asked for, stopped, or returned to."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, reverse

from knowledge import building, services
from knowledge.admin.index_cards import IndexCard, cards, with_versions
from knowledge.admin.scope import OwnCollections, own_collections
from knowledge.models import Collection, IndexVersion
from supportbot.theme import ReadOnlyAdmin

COLLECTIONS_PER_PAGE = 20
NOT_KEPT = "This version is not kept any more. Rebuild the index instead."


@admin.register(IndexVersion)
class IndexVersionAdmin(OwnCollections, ReadOnlyAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = Paginator(with_versions(own_collections(request)), COLLECTIONS_PER_PAGE).get_page(
            request.GET.get("page")
        )
        context = {"page": page, "cards": cards(page), **rights(request)}
        return self.page(request, "index/list.html", "Indexes", **context)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<int:collection_pk>/card/", card, "card"),
            self.own_url("<int:collection_pk>/rebuild/", rebuild, "rebuild", method="POST"),
            self.own_url("<int:collection_pk>/release/", release, "release", method="POST"),
            self.own_url("<int:pk>/roll-back/", roll_back, "roll_back", method="POST"),
            self.own_url("<int:pk>/cancel/", cancel, "cancel", method="POST"),
            *super().get_urls(),
        ]


def rights(request: HttpRequest) -> dict[str, bool]:
    """What everybody is answered from is decided by those who may publish."""
    return {
        "can_rebuild": request.user.has_perm("knowledge.change_document"),
        "can_roll_back": request.user.has_perm("knowledge.publish_document"),
    }


def permitted(request: HttpRequest, right: str) -> None:
    if not rights(request)[right]:
        raise PermissionDenied


def the_collection(request: HttpRequest, pk: int) -> Collection:
    return get_object_or_404(with_versions(own_collections(request)), pk=pk)


def the_version(request: HttpRequest, pk: int) -> IndexVersion:
    return get_object_or_404(IndexVersion, pk=pk, collection__in=own_collections(request))


def card(admin: IndexVersionAdmin, request: HttpRequest, collection_pk: int) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    after = request.GET.get("after", "")
    return one_card(request, collection_pk, int(after) if after.isdecimal() else None)


def one_card(
    request: HttpRequest, collection_pk: int, asked_after: int | None = None, problem: str = ""
) -> HttpResponse:
    context = {"card": IndexCard(the_collection(request, collection_pk), asked_after), "problem": problem}
    return render(request, "admin/knowledge/index/card.html", context | rights(request))


def done(request: HttpRequest, collection_pk: int, asked_after: int | None = None, problem: str = "") -> HttpResponse:
    """The card in place of the old one, or for browsers without scripts the whole page."""
    if getattr(request, "htmx", False):
        return one_card(request, collection_pk, asked_after, problem)
    if problem:
        messages.error(request, problem)
    return HttpResponseRedirect(reverse("admin:knowledge_indexversion_changelist"))


def rebuild(admin: IndexVersionAdmin, request: HttpRequest, collection_pk: int) -> HttpResponse:
    permitted(request, "can_rebuild")
    newest = IndexCard(the_collection(request, collection_pk)).newest
    services.rebuild(collection_pk)
    return done(request, collection_pk, newest)


def release(admin: IndexVersionAdmin, request: HttpRequest, collection_pk: int) -> HttpResponse:
    permitted(request, "can_roll_back")
    shown = IndexCard(the_collection(request, collection_pk))
    services.release_index(collection_pk)
    return done(request, collection_pk, shown.newest if shown.is_behind else None)


def roll_back(admin: IndexVersionAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    permitted(request, "can_roll_back")
    version = the_version(request, pk)
    is_served = building.roll_back(version)
    return done(request, version.collection_id, problem="" if is_served else NOT_KEPT)


def cancel(admin: IndexVersionAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    permitted(request, "can_rebuild")
    version = the_version(request, pk)
    services.cancel_build(version)
    return done(request, version.collection_id)
