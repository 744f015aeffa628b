from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from knowledge import services
from knowledge.admin.scope import OwnCollections
from knowledge.admin.theme import DATE, ReadOnlyAdmin, display
from knowledge.models import IndexVersion

Status = IndexVersion.Status


@admin.register(IndexVersion)
class IndexVersionAdmin(OwnCollections, ReadOnlyAdmin):
    list_display = ["__str__", "state", "chunk_count", "embedding_model", "took", "built", "error"]
    list_filter = ["status", ("collection", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["collection"]
    actions = ["rebuild"]

    @display(
        description="Status",
        ordering="status",
        label={Status.SERVING: "success", Status.BUILDING: "info", Status.FAILED: "danger"},
    )  # type: ignore[untyped-decorator]
    def state(self, version: IndexVersion) -> tuple[str, str]:
        return version.status, version.get_status_display()

    @admin.display(description="Build time", ordering="build_seconds")
    def took(self, version: IndexVersion) -> str:
        return "" if version.build_seconds is None else f"{version.build_seconds:.1f} s"

    @admin.display(description="Built", ordering="created_at")
    def built(self, version: IndexVersion) -> str:
        return date_format(timezone.localtime(version.created_at), DATE)

    def has_rebuild_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("knowledge.change_document")

    @admin.action(description="Rebuild the index of these collections", permissions=["rebuild"])
    def rebuild(self, request: HttpRequest, versions: QuerySet[IndexVersion]) -> None:
        collections = set(versions.values_list("collection", flat=True))
        for collection in collections:
            services.rebuild(collection)
        messages.success(request, "The index is being rebuilt. The present one answers until the new one is ready.")
