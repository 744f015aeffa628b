"""Widgets to set up; conversations and ratings to read. What was said is not edited afterwards."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import ModelAdmin, TabularInline

from chat.language import LANGUAGES
from chat.models import BotMessage, Conversation, Feedback, Message, Spending, Widget
from chat.templatetags.console import excerpt
from knowledge.rendering import render_answer
from supportbot.read_only import ReadOnly

# Enough to know a text again in a list.
LISTED = 120


class WidgetForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_origins(self) -> list[str]:
        """As browsers send them, or no visitor would ever be let in."""
        origins = self.cleaned_data["origins"] or []
        if not isinstance(origins, list) or not all(is_origin(origin) for origin in origins):
            raise forms.ValidationError('Write a list of full origins without a path: ["https://www.example.com"].')
        return origins

    def clean_languages(self) -> list[str]:
        languages = self.cleaned_data["languages"] or []
        if not isinstance(languages, list) or not set(map(str, languages)) <= set(LANGUAGES):
            raise forms.ValidationError(f'Write a list of codes, ["en", "de"], out of {", ".join(LANGUAGES)}.')
        return languages

    def clean_suggestions(self) -> list[str]:
        suggestions = self.cleaned_data["suggestions"] or []
        if not isinstance(suggestions, list) or not all(isinstance(text, str) for text in suggestions):
            raise forms.ValidationError('Write a list of questions: ["How long does delivery take?"].')
        return suggestions


def is_origin(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and value == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)


@admin.register(Widget)
class WidgetAdmin(ModelAdmin):  # type: ignore[misc]
    form = WidgetForm
    list_display = ["name", "public_key", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "public_key"]
    filter_horizontal = ["collections"]
    readonly_fields = ["public_key", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "is_active", "public_key", "origins", "collections"]}),
        ("Language", {"fields": ["languages", "language"]}),
        ("Look", {"fields": ["greeting", "accent", "suggestions"]}),
        ("Identity", {"classes": ["collapse"], "fields": ["signing_secret", "created_at"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who holds the secret can speak as any customer: it is shown to those who may change it only."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if self.has_change_permission(request, obj) else fieldsets[:-1]


class ReadOnlyAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Conversations are had, not edited."""


class SeenWithConversations(ReadOnly):
    """Messages are part of conversations: whoever may look at those may look at these."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("chat.view_conversation")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class MessageInline(SeenWithConversations, TabularInline):  # type: ignore[misc]
    model = Message
    fields = ["seq", "created_at", "role", "author", "text", "status", "outcome", "made"]
    readonly_fields = ["made"]
    ordering = ["seq"]
    extra = 0
    can_delete = False

    @admin.display(description="How it was made")
    def made(self, message: Message) -> str:
        if message.role != Message.Role.BOT:
            return ""
        url = reverse("admin:chat_botmessage_change", args=[message.pk])
        return format_html('<a class="text-primary-600 dark:text-primary-500 underline" href="{}">Show</a>', url)


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "customer", "mode", "agent", "widget", "last_seq", "updated_at"]
    list_filter = ["mode", "widget"]
    list_select_related = ["customer", "agent", "widget"]
    search_fields = ["public_id", "customer__name", "customer__email"]
    ordering = ["-updated_at"]
    exclude = ["session_hash"]
    inlines = [MessageInline]


@admin.register(BotMessage)
class AnswerAdmin(SeenWithConversations, ModelAdmin):  # type: ignore[misc]
    """The assistant's answers, to find those that went wrong, and of each how it was made."""

    list_display = ["created_at", "question", "answer", "outcome", "status", "engine"]
    list_filter = ["outcome", "status", "created_at"]
    search_fields = ["text", "reply_to__text"]
    ordering = ["-created_at"]
    fields = ["conversation", "asked", "said", "how_it_was_made", "feedback", "created_at"]

    class Media:
        css = {"all": ["chat/console/trace.css", "knowledge/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[BotMessage]:
        messages: QuerySet[BotMessage] = super().get_queryset(request).filter(role=Message.Role.BOT)
        return messages.select_related("reply_to", "feedback", "conversation__customer")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        view: HttpResponse = super().changelist_view(request, {"title": "Answers"} | (extra_context or {}))
        return view

    @admin.display(description="question")
    def asked(self, message: Message) -> str:
        return message.reply_to.text if message.reply_to else ""

    def question(self, message: Message) -> str:
        return Truncator(self.asked(message)).chars(LISTED)

    def answer(self, message: Message) -> str:
        return Truncator(excerpt(message.text)).chars(LISTED)

    @admin.display(description="text")
    def said(self, message: Message) -> str:
        return format_html('<div class="knowledge-preview knowledge-prose">{}</div>', render_answer(message.text))

    def how_it_was_made(self, message: Message) -> str:
        return render_to_string("console/trace.html", {"message": message, "is_open": True})


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "rating", "reason", "comment", "answer"]
    list_filter = ["rating", "created_at"]
    search_fields = ["reason", "comment", "message__text"]
    ordering = ["-created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        found: QuerySet[Feedback] = super().get_queryset(request).select_related("message")
        return found

    def answer(self, feedback: Feedback) -> str:
        return feedback.message.text[:160]


@admin.register(Spending)
class SpendingAdmin(ReadOnlyAdmin):
    """What models took and cost, by the day."""

    list_display = ["day", "widget", "answers", "prompt", "completion", "cost"]
    date_hierarchy = "day"

    def widget(self, spending: Spending) -> str:
        if not spending.widget_id:
            return "API"
        name = Widget.objects.filter(pk=spending.widget_id).values_list("name", flat=True).first()
        return name or f"Widget {spending.widget_id} (deleted)"

    def cost(self, spending: Spending) -> str:
        return f"{spending.micro / 1_000_000:,.2f}"
