"""A permission says what somebody may do to documents; which documents is a question of audience, here too."""

from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Field
from django.http import HttpRequest

from knowledge.access import collections_for
from knowledge.models import Collection
from knowledge.selectors import audience_of


def own_collections(request: HttpRequest) -> QuerySet[Collection]:
    return collections_for(audience_of(request.user))


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
