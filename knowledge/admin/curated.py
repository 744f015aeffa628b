"""Editors' own answers to questions that are asked again and again."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from knowledge import curating, publishing
from knowledge.admin.documents import badge
from knowledge.admin.forms import LinesField, MarkdownField
from knowledge.admin.held import held_without, mark_held
from knowledge.admin.scope import OwnCollections
from knowledge.admin.status import StatusWords, status_of
from knowledge.models import CuratedAnswer, Document
from supportbot.theme import DATE, LineInput, ThemedAdmin, display

OFF = StatusWords("Off", "", "Nobody is answered with it.", True)
NOT_YOURS = "In this collection only those who may publish write answers. Write a page instead: it can be reviewed."


class CuratedAnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    user: AbstractUser
    variants = LinesField(5, label="Other ways to ask it", help_text="One a line. Each is found like the question.")
    answer = MarkdownField(10, help_text="Markdown. It is quoted as it stands.")

    class Meta:
        model = CuratedAnswer
        fields = ["collection", "question", "variants", "answer", "is_active"]
        widgets = {"question": LineInput}
        labels = {"is_active": "Answer with it"}
        help_texts = {"is_active": "Off: it is kept, and nobody is answered with it."}

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if not answer.strip():
            raise ValidationError("There is no answer yet. Write one.")
        return answer

    def clean(self) -> None:
        collection = self.cleaned_data.get("collection") or getattr(self.instance, "collection", None)
        if not collection:
            return
        same = CuratedAnswer.objects.filter(collection=collection, question=self.cleaned_data.get("question"))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("question", "This question has an answer in this collection already. Edit that one.")
        if not publishing.may_publish(self.user, collection):
            raise ValidationError(NOT_YOURS)


@admin.register(CuratedAnswer)
class CuratedAnswerAdmin(OwnCollections, ThemedAdmin):
    form = CuratedAnswerForm
    list_display = ["question", "state", "ways_to_ask", "collection", "changed"]
    list_filter = ["is_active", ("collection", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["question", "answer", "variants"]
    fieldsets = [(None, {"fields": ["collection", "question", "variants", "answer", "is_active"]})]
    change_form_outer_before_template = "admin/knowledge/curated/panel.html"
    change_form_after_template = "admin/knowledge/curated/preview.html"
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CuratedAnswer]:
        answers: QuerySet[CuratedAnswer] = super().get_queryset(request)  # type: ignore[assignment]
        with_documents = answers.select_related("collection", "document__collection")
        return with_documents.defer("document__content", "document__markdown")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            mark_held(answer.document for answer in response.context_data["cl"].result_list if answer.document)
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: CuratedAnswer | None = None) -> list[str]:
        """Its document is in that collection; it would not move along."""
        return ["collection"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: CuratedAnswer | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("CuratedAnswerForm", (form,), {"user": request.user})

    def has_delete_permission(self, request: HttpRequest, obj: CuratedAnswer | None = None) -> bool:
        is_theirs = obj is None or publishing.may_publish(request.user, obj.collection)
        return bool(super().has_delete_permission(request, obj)) and is_theirs

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        answer = self.get_object(request, object_id)
        document = answer.document if answer else None
        context = {"document": document, **(words_of(answer, document) if answer and document else {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | context)
        return response

    def save_model(self, request: HttpRequest, obj: CuratedAnswer, form: CuratedAnswerForm, change: bool) -> None:
        curating.save(obj, request.user)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: CuratedAnswer) -> None:
        curating.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CuratedAnswer]) -> None:
        for answer in queryset:
            if self.has_delete_permission(request, answer):
                curating.remove(answer)

    def get_deleted_objects(self, objs: Iterable[CuratedAnswer], request: HttpRequest) -> tuple[Any, ...]:
        """Its document is the same thing in another shape."""
        protected = [str(answer) for answer in objs if not self.has_delete_permission(request, answer)]
        return [str(answer) for answer in objs], {"answers": len(list(objs))}, set(), protected

    @display(description="Status")  # type: ignore[untyped-decorator]
    def state(self, answer: CuratedAnswer) -> SafeString | str:
        if not answer.is_active:
            return badge(answer.document, OFF) if answer.document else OFF.label
        return badge(answer.document) if answer.document else "Not written yet"

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, answer: CuratedAnswer) -> str:
        return date_format(timezone.localtime(answer.updated_at), DATE)

    @admin.display(description="Ways to ask it")
    def ways_to_ask(self, answer: CuratedAnswer) -> int:
        return 1 + len(answer.variants)


def words_of(answer: CuratedAnswer, document: Document) -> dict[str, Any]:
    if not answer.is_active:
        return {"status": OFF}
    held_at = held_without(document)
    return {"held_at": held_at, "status": status_of(document, held_at)}
