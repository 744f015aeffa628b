from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from knowledge import publishing, services
from knowledge.admin import adding, editing, history, pages, reading, reviews
from knowledge.admin.bulk import BulkActions
from knowledge.admin.filters import DocumentList, FormatFilter, ProposalFilter, StaleFilter
from knowledge.admin.forms import DocumentForm
from knowledge.admin.held import mark_held
from knowledge.admin.scope import OwnCollections
from knowledge.admin.status import StatusWords, status_of
from knowledge.models import Document, DocumentVersion
from supportbot.theme import DATE, DAY, ThemedAdmin, display


@admin.register(Document)
class DocumentAdmin(BulkActions, OwnCollections, ThemedAdmin):
    """Reads and forms only: whatever changes a document is a service."""

    form = DocumentForm
    list_display = ["name", "state", "collection", "passages", "format", "changed", "verified"]
    list_filter = [
        "status",
        "publication",
        ProposalFilter,
        StaleFilter,
        ("collection", admin.RelatedOnlyFieldListFilter),
        ("source", admin.RelatedOnlyFieldListFilter),
        FormatFilter,
    ]
    list_per_page = 50
    list_before_template = "admin/knowledge/document/reading.html"
    list_select_related = ["collection"]
    search_fields = ["title", "path", "description"]
    list_after_template = "admin/knowledge/document/poll.html"
    change_form_outer_before_template = "admin/knowledge/document/above.html"
    change_form_before_template = "admin/knowledge/document/proposal.html"
    change_form_after_template = "admin/knowledge/document/preview_button.html"
    view_on_site = False
    save_as = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Without the texts: a list of a hundred documents may be gigabytes of them."""
        current = Q(chunks__revision=F("revision"), chunks__recipe=F("recipe"))
        proposals = DocumentVersion.objects.filter(document=OuterRef("pk"), state=DocumentVersion.State.REVIEW)
        documents: QuerySet[Document] = super().get_queryset(request)  # type: ignore[assignment]
        counted = documents.annotate(chunk_count=Count("chunks", filter=current), waits=Exists(proposals))
        return counted.defer("content", "markdown")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DocumentList]:
        return DocumentList

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        """What is no text is replaced by another file, not edited."""
        content = ["content"] if obj is None or editing.is_text(obj) else []
        return [(None, {"fields": ["title", "url", *content, "seen"]})]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            shown = mark_held(response.context_data["cl"].result_list)
            response.context_data["unfinished"] = [row for row in shown if not status_of(row).is_final]
            response.context_data["reading"] = reading.state_of(request)
            response.context_data["can_stop"] = self.has_change_permission(request)
        return response

    @display(description="Document", ordering="title", header=True)  # type: ignore[untyped-decorator]
    def name(self, document: Document) -> list[str]:
        return [str(document), document.path]

    @admin.display(description="Status", ordering="status")
    def state(self, document: Document) -> SafeString:
        """With what is wrong below, where there is room for a sentence."""
        return badge(document, template="state.html")

    @admin.display(description="Passages", ordering="chunk_count")
    def passages(self, document: Document) -> int:
        return int(getattr(document, "chunk_count", 0))

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, document: Document) -> str:
        return date_format(timezone.localtime(document.updated_at), DATE)

    @admin.display(description="Verified", ordering="verified_at", empty_value="")
    def verified(self, document: Document) -> str:
        return date_format(timezone.localtime(document.verified_at), DAY) if document.verified_at else ""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return adding.add(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, object_id)
        panel = pages.panel(self, request, document) if document else {}
        response: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | panel)
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what is told by the versions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:knowledge_document_versions", args=[object_id]))

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not is_curated(obj)

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        obj.waits = not editing.save(  # type: ignore[attr-defined]
            obj,
            request.user,  # type: ignore[arg-type]
            content=form.cleaned_data.get("content", ""),
            title=form.chosen_title,
            url=form.cleaned_data["url"],
            as_draft="_draft" in request.POST,
        )

    def response_change(self, request: HttpRequest, obj: Document) -> HttpResponse:
        if not getattr(obj, "waits", False):
            response: HttpResponse = super().response_change(request, obj)
            return response
        messages.warning(request, "What you wrote waits for review. Answers say what they said until then.")
        return pages.to_document(obj.pk)

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        services.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        services.delete(queryset)

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        """What is deleted answers no more, so it takes a yes as publishing does."""
        is_theirs = obj is None or publishing.may_publish(request.user, obj.collection)
        return bool(super().has_delete_permission(request, obj)) and is_theirs and not is_curated(obj)

    def get_deleted_objects(self, objs: Iterable[Document], request: HttpRequest) -> tuple[Any, ...]:
        """The documents. Their passages go with them, which is no news to an editor."""
        names = [str(document) for document in objs]
        protected = [str(document) for document in objs if not self.has_delete_permission(request, document)]
        return names, {"documents": len(names)}, set(), protected

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("try/", pages.try_a_question, "try"),
            self.own_url("preview/", pages.preview, "preview", method="POST"),
            self.own_url("statuses/", pages.statuses, "statuses"),
            self.own_url("<int:pk>/status/", pages.status, "status"),
            self.own_url("reading/", reading.banner, "reading"),
            self.own_url("reading/stop/", reading.stop, "stop_reading", method="POST"),
            self.own_url("reviews/", reviews.waiting, "reviews"),
            self.own_url("<int:pk>/file/", pages.file, "file"),
            self.own_url("<int:pk>/reindex/", pages.reindex, "reindex", method="POST"),
            self.own_url("<int:pk>/verify/", pages.verify, "verify", method="POST"),
            self.own_url("<int:pk>/retire/", pages.retire, "retire", method="POST"),
            self.own_url("<int:pk>/put-back/", pages.put_back, "put_back", method="POST"),
            self.own_url("<int:pk>/versions/", history.versions, "versions"),
            self.own_url("<int:pk>/versions/<int:number>/", history.version, "version"),
            self.own_url("<int:pk>/versions/<int:number>/restore/", history.restore, "restore", method="POST"),
            self.own_url("<int:pk>/versions/<int:number>/approve/", reviews.approve, "approve", method="POST"),
            self.own_url("<int:pk>/versions/<int:number>/reject/", reviews.reject, "reject", method="POST"),
            self.own_url("<int:pk>/passages/", pages.passages, "passages"),
            *super().get_urls(),
        ]


def is_curated(document: Document | None) -> bool:
    """An editor's own answer is written, and removed, where its question is."""
    return document is not None and document.format == Document.Format.CURATED


def badge(document: Document, status: StatusWords | None = None, template: str = "badge.html") -> SafeString:
    """Of a document of a list that went through ``mark_held``."""
    status = status or status_of(document, getattr(document, "held_at", None))
    return render_to_string(f"admin/knowledge/document/{template}", {"document": document, "status": status})
