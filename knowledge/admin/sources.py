from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from knowledge.admin import visits
from knowledge.admin.scope import OwnCollections
from knowledge.admin.source_forms import KINDS, Kind, SourceForm, kinds_for
from knowledge.errors import SourceError
from knowledge.models import Document, Source, SyncRun
from knowledge.visits import runs, syncing
from supportbot.theme import DATE, ThemedAdmin, display

WHEN = ["sync_every", "publishes"]


@admin.register(Source)
class SourceAdmin(OwnCollections, ThemedAdmin):
    form = SourceForm
    list_display = ["called", "kind", "collection", "documents_in_it", "last_visit", "next_visit"]
    list_filter = ["kind", ("collection", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["collection"]
    search_fields = ["name", "location", "url_prefix"]
    change_form_outer_before_template = "admin/knowledge/source/visits.html"
    actions = ["sync"]
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        published = Q(documents__publication=Document.Publication.PUBLISHED)
        latest = Prefetch("runs", SyncRun.objects.order_by("-pk")[:1], to_attr="latest")
        sources: QuerySet[Source] = super().get_queryset(request)  # type: ignore[assignment]
        return sources.annotate(document_count=Count("documents", filter=published)).prefetch_related(latest)

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        """What comes by itself has nothing to be visited by."""
        words = KINDS.get(Kind(obj.kind if obj else kind_asked(request)))
        if words is None:
            return [(None, {"fields": ["name", "collection"]})]
        begins = "" if obj else " The first visit begins when you save."
        about = {"description": f"{words.sentence}{begins}"}
        return [
            (None, {"fields": ["name", "collection", "location", *words.fields], **about}),
            ("When, and what then", {"fields": WHEN}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        """Its documents are in that collection; they would not move along."""
        return ["collection"] if obj else []

    def get_form(self, request: HttpRequest, obj: Source | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("SourceForm", (form,), {"user": request.user, "kind": "" if obj else kind_asked(request)})

    def has_change_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        is_theirs = obj is None or obj.kind != Kind.FOLDER or request.user.is_superuser
        return bool(super().has_change_permission(request, obj)) and is_theirs

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The kind first: each asks for something else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kinds = kinds_for(request.user)  # type: ignore[arg-type]
        if request.GET.get("kind") not in kinds:
            return self.page(request, "source/kinds.html", "Where do the documents come from?", kinds=kinds)
        title = {"title": f"Add: {KINDS[Kind(request.GET['kind'])].title.lower()}"}
        response: HttpResponse = super().add_view(request, form_url, (extra_context or {}) | title)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        source = self.get_object(request, object_id)
        context = visits.panel(self, request, source) if source else {}
        response: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | context)
        return response

    def save_model(self, request: HttpRequest, obj: Source, form: SourceForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            syncing.request_sync(obj, request.user)  # type: ignore[arg-type]
        elif "sync_every" in form.changed_data:
            runs.schedule(obj)

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue: Any = None) -> HttpResponse:
        """To its first visit."""
        messages.success(request, f"“{obj}” was added and is being visited.")
        return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[obj.pk]))

    def get_deleted_objects(self, objs: Iterable[Source], request: HttpRequest) -> tuple[Any, ...]:
        """Its documents stay, and go on answering."""
        names = [f"{source} (its documents stay)" for source in objs]
        return names, {"sources": len(names)}, set(), []

    @admin.action(description="Sync now", permissions=["change"])
    def sync(self, request: HttpRequest, sources: QuerySet[Source]) -> None:
        theirs = [source for source in sources if self.has_change_permission(request, source)]
        for source in theirs:
            try:
                syncing.request_sync(source, request.user)  # type: ignore[arg-type]
            except SourceError as error:
                messages.warning(request, error.user_message)
        if theirs:
            messages.success(request, "The sources are being visited. Open one to see how far it is.")
        if left := len(sources) - len(theirs):
            kept = "was left as it is" if left == 1 else "were left as they are"
            messages.warning(request, f"{left} {kept}: folders of this machine are for administrators.")

    @display(description="Source", ordering="name", header=True)  # type: ignore[untyped-decorator]
    def called(self, source: Source) -> list[str]:
        return [str(source), source.location if source.name else ""]

    @admin.display(description="Documents", ordering="document_count")
    def documents_in_it(self, source: Source) -> int:
        return int(getattr(source, "document_count", 0))

    @admin.display(description="Last visit")
    def last_visit(self, source: Source) -> SafeString | str:
        latest: list[SyncRun] = getattr(source, "latest", [])
        if not latest:
            return "Never"
        return render_to_string("admin/knowledge/source/last.html", {"visit": visits.Visited(latest[0])})

    @admin.display(description="Next visit", ordering="next_sync_at", empty_value="")
    def next_visit(self, source: Source) -> str:
        return date_format(timezone.localtime(source.next_sync_at), DATE) if source.next_sync_at else "When asked"

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<int:pk>/visits/", visits.show, "visits"),
            self.own_url("<int:pk>/sync/", visits.sync, "sync", method="POST"),
            self.own_url("<int:pk>/visits/<int:run_pk>/cancel/", visits.cancel, "cancel", method="POST"),
            self.own_url("<int:pk>/visits/<int:run_pk>/approve/", visits.approve, "approve", method="POST"),
            *super().get_urls(),
        ]


def kind_asked(request: HttpRequest) -> str:
    return request.GET.get("kind", "")
