"""A permission says what somebody may do to documents; which documents is a question of audience, here too."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Field
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from knowledge.access import collections_for
from knowledge.models import Collection
from knowledge.selectors import audience_of


def own_collections(request: HttpRequest) -> QuerySet[Collection]:
    return collections_for(audience_of(request.user))


def permitted(admin: "ModelAdmin[Any]", request: HttpRequest, pk: int, *, to_change: bool = False) -> Any:
    """The row and the permission in one call. What is out of sight is not found, whatever one may do."""
    allowed = admin.has_change_permission if to_change else admin.has_view_permission
    if not allowed(request):
        raise PermissionDenied
    row = get_object_or_404(admin.get_queryset(request), pk=pk)
    if not allowed(request, row):
        raise PermissionDenied
    return row


class OwnCollections:
    """For an admin of something that belongs to a collection: only those of the collections one may read."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)  # type: ignore[misc]
        return rows.filter(collection__in=own_collections(request))

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        if db_field.related_model is Collection:
            kwargs["queryset"] = own_collections(request)
        field: Field | None = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        return field
