from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from knowledge import services
from knowledge.admin import pages
from knowledge.admin.forms import DocumentForm
from knowledge.admin.scope import OwnCollections
from knowledge.admin.status import status_of
from knowledge.admin.theme import DATE, ThemedAdmin, display
from knowledge.models import Document


@admin.register(Document)
class DocumentAdmin(OwnCollections, ThemedAdmin):
    """Reads and forms only: whatever changes a document is a service."""

    form = DocumentForm
    list_display = ["name", "state", "collection", "passages", "format", "changed", "problem"]
    list_filter = ["status", ("collection", admin.RelatedOnlyFieldListFilter), "format"]
    list_select_related = ["collection"]
    search_fields = ["title", "path", "description"]
    list_after_template = "admin/knowledge/document/poll.html"
    change_form_outer_before_template = "admin/knowledge/document/panel.html"
    change_form_after_template = "admin/knowledge/document/preview_button.html"
    fieldsets = [(None, {"fields": ["title", "url", "content", "seen"]})]
    actions = ["reindex"]
    view_on_site = False
    save_as = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Without the texts: a list of a hundred documents may be gigabytes of them."""
        current = Q(chunks__revision=F("revision"))
        documents: QuerySet[Document] = super().get_queryset(request)  # type: ignore[assignment]
        return documents.annotate(chunk_count=Count("chunks", filter=current)).defer("content", "markdown")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            shown = response.context_data["cl"].result_list
            response.context_data["unfinished"] = [row for row in shown if not status_of(row).is_final]
        return response

    @display(description="Document", ordering="title", header=True)  # type: ignore[untyped-decorator]
    def name(self, document: Document) -> list[str]:
        return [str(document), document.path]

    @admin.display(description="Status", ordering="status")
    def state(self, document: Document) -> SafeString:
        return badge(document)

    @admin.display(description="Passages", ordering="chunk_count")
    def passages(self, document: Document) -> int:
        return int(getattr(document, "chunk_count", 0))

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, document: Document) -> str:
        return date_format(timezone.localtime(document.updated_at), DATE)

    @admin.display(description="What is wrong")
    def problem(self, document: Document) -> str:
        return Truncator(document.error).chars(90)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pages.add(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, object_id)
        panel = pages.panel(self, request, document) if document else {}
        response: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | panel)
        return response

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        services.save_document(
            collection=obj.collection,
            path=obj.path,
            content=form.cleaned_data["content"],
            title=form.chosen_title,
            url=form.cleaned_data["url"],
            source=obj.source,
        )

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        services.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        services.delete(queryset)

    def get_deleted_objects(self, objs: Iterable[Document], request: HttpRequest) -> tuple[Any, ...]:
        """The documents. Their passages go with them, which is no news to an editor."""
        names = [str(document) for document in objs]
        return names, {"documents": len(names)}, set(), []

    @admin.action(description="Re-index", permissions=["change"])
    def reindex(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        services.reindex(documents)
        messages.success(
            request, f"{documents.count()} documents are being read again. What they said stays meanwhile."
        )

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("try/", pages.try_a_question, "try"),
            self.own_url("preview/", pages.preview, "preview", method="POST"),
            self.own_url("statuses/", pages.statuses, "statuses"),
            self.own_url("<int:pk>/status/", pages.status, "status"),
            self.own_url("<int:pk>/reindex/", pages.reindex, "reindex", method="POST"),
            self.own_url("<int:pk>/passages/", pages.passages, "passages"),
            *super().get_urls(),
        ]


def badge(document: Document, *, swap: bool = False) -> SafeString:
    context = {"document": document, "status": status_of(document), "swap": swap}
    return render_to_string("admin/knowledge/document/badge.html", context)
