from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from knowledge import services
from knowledge.admin.forms import CollectionForm
from knowledge.admin.scope import own_collections
from knowledge.indexes import engine_name
from knowledge.ingestion import count_change
from knowledge.models import Collection, Document, IndexVersion
from supportbot.theme import DATE, ThemedAdmin, display

STATUSES = Document.Status
PUBLICATIONS = Document.Publication
HELD = "held back: what changed since is not in it"
UNPUBLISHED = (PUBLICATIONS.DRAFT, PUBLICATIONS.RETIRED)


@admin.register(Collection)
class CollectionAdmin(ThemedAdmin):
    form = CollectionForm
    list_display = ["name", "readers", "documents_by_status", "index"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "language", "needs_review"]}),
        ("Who may read it", {"fields": ["audience", "groups", "plans"]}),
        ("What became of it", {"fields": ["documents_by_status", "index"]}),
    ]
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        serving = IndexVersion.objects.filter(status=IndexVersion.Status.SERVING, engine=engine_name())
        published = Q(documents__publication=PUBLICATIONS.PUBLISHED)
        counts = {
            status.value: Count("documents", filter=published & Q(documents__status=status)) for status in STATUSES
        } | {other.value: Count("documents", filter=Q(documents__publication=other)) for other in UNPUBLISHED}
        mine = own_collections(request).values("pk")
        prefetch = Prefetch("index_versions", serving, to_attr="serving")
        return Collection.objects.filter(pk__in=mine).annotate(**counts).prefetch_related(prefetch)

    def get_fieldsets(self, request: HttpRequest, obj: Collection | None = None) -> Any:
        readers = ["audience", "groups", "plans" if self.has_change_permission(request, obj) else "plan_names"]
        shown = [self.fieldsets[0], ("Who may read it", {"fields": readers}), *self.fieldsets[2:]]
        return shown if obj else shown[:2]

    def get_readonly_fields(self, request: HttpRequest, obj: Collection | None = None) -> list[str]:
        """Whoever has to ask for a yes does not switch the asking off."""
        decides = request.user.has_perm("knowledge.publish_document")
        return ["documents_by_status", "index", "plan_names", *([] if decides else ["needs_review"])]

    def save_model(self, request: HttpRequest, obj: Collection, form: CollectionForm, change: bool) -> None:
        """Only what the form is about: what workers count meanwhile is theirs."""
        fields = [field.name for field in Collection._meta.concrete_fields if field.name in form.cleaned_data]
        obj.save(update_fields=fields if change else None)

    def save_related(self, request: HttpRequest, form: CollectionForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.keep_to_plans(form.instance, form.cleaned_data.get("plans", []))
        if change and "language" in form.changed_data:
            # Counted, so that it is not lost with the bell.
            count_change(form.instance.pk)
            services.rebuild(form.instance.pk)

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        services.delete(obj.documents.defer("content", "markdown"))
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        for collection in queryset:
            self.delete_model(request, collection)

    def get_deleted_objects(self, objs: Iterable[Collection], request: HttpRequest) -> tuple[Any, ...]:
        """The collections and how many documents go with them, not the name of each passage."""
        names = [str(collection) for collection in objs]
        counts = {"collections": len(names), "documents": Document.objects.filter(collection__in=objs).count()}
        missing = set() if request.user.has_perm("knowledge.delete_document") else {"document"}
        return names, counts, missing, []

    @display(
        description="Audience",
        ordering="audience",
        label={"public": "success", "customers": "info", "staff": "warning"},
    )  # type: ignore[untyped-decorator]
    def readers(self, collection: Collection) -> tuple[str, str]:
        return collection.audience, collection.get_audience_display()

    @admin.display(description="Plans")
    def plan_names(self, collection: Collection) -> str:
        """For those who may only look: the theme cannot show a form's own field to them."""
        return ", ".join(map(str, collection.plans.all())) or "All customers"

    @admin.display(description="Documents")
    def documents_by_status(self, collection: Collection) -> SafeString | str:
        counts = [(status, getattr(collection, status.value, 0)) for status in (*STATUSES, *UNPUBLISHED)]
        words = [(f"knowledge-{status.value}", f"{count} {status.label.lower()}") for status, count in counts if count]
        return format_html_join(", ", '<span class="{}">{}</span>', words) or "None yet"

    @admin.display(description="Index that answers")
    def index(self, collection: Collection) -> SafeString | str:
        serving: list[IndexVersion] = getattr(collection, "serving", [])
        if not serving:
            return "None yet. It is built when the first document is ready."
        version = serving[0]
        behind = ""
        if version.content_version != collection.content_version:
            behind = f", {HELD if collection.index_held else 'being brought up to date'}"
        return format_html(
            "Version {}, {} passages, built {}{}",
            version.pk,
            version.chunk_count,
            date_format(timezone.localtime(version.created_at), DATE),
            behind,
        )
