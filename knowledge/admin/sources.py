from django.contrib import admin

from knowledge.admin.scope import OwnCollections
from knowledge.admin.theme import ReadOnlyAdmin
from knowledge.models import Source


@admin.register(Source)
class SourceAdmin(OwnCollections, ReadOnlyAdmin):
    list_display = ["__str__", "kind", "collection", "url_prefix", "created_at"]
    list_filter = ["kind", ("collection", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["collection"]
    search_fields = ["location", "url_prefix"]
