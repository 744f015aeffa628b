"""Conversations, answers and ratings to read. What was said is not edited afterwards."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import ModelAdmin, TabularInline

from accounts.admin.looking import LooksOnRecord
from accounts.audit import Action
from chat.models import BotMessage, Conversation, Feedback, Message, Spending, Widget
from chat.templatetags.console import excerpt
from knowledge.rendering import render_answer
from supportbot.read_only import ReadOnly

# Enough to know a text again in a list.
LISTED = 120
ANSWERS = Q(role=Message.Role.BOT) | Q(outcome=Message.Outcome.HANDED_OVER)


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
        if message.role != Message.Role.BOT and not message.outcome:
            return ""
        url = reverse("admin:chat_botmessage_change", args=[message.pk])
        return format_html('<a class="text-primary-600 dark:text-primary-500 underline" href="{}">Show</a>', url)


@admin.register(Conversation)
class ConversationAdmin(LooksOnRecord, ReadOnlyAdmin):
    look = Action.CONVERSATION_VIEWED
    list_display = ["public_id", "customer", "mode", "agent", "widget", "last_seq", "updated_at"]
    list_filter = ["mode", "widget"]
    list_select_related = ["customer", "agent", "widget"]
    search_fields = ["public_id", "customer__name", "customer__email"]
    ordering = ["-updated_at"]
    exclude = ["session_hash"]
    inlines = [MessageInline]

    def about(self, row: Conversation) -> tuple[int | None, str]:
        return row.customer_id, f"conversation {row.pk}"


@admin.register(BotMessage)
class AnswerAdmin(LooksOnRecord, SeenWithConversations, ModelAdmin):  # type: ignore[misc]
    """The assistant's answers, to find those that went wrong: how they were made, and what was left to a person."""

    look = Action.CONVERSATION_VIEWED
    list_display = ["created_at", "question", "answer", "outcome", "status", "engine"]
    list_filter = ["outcome", "status", "created_at"]
    search_fields = ["text", "reply_to__text"]
    ordering = ["-created_at"]
    fields = ["conversation", "asked", "said", "how_it_was_made", "feedback", "created_at"]

    class Media:
        css = {"all": ["chat/console/trace.css", "knowledge/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[BotMessage]:
        messages: QuerySet[BotMessage] = super().get_queryset(request).filter(ANSWERS)
        return messages.select_related("reply_to", "feedback", "conversation__customer")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        view: HttpResponse = super().changelist_view(request, {"title": "Answers"} | (extra_context or {}))
        return view

    def about(self, row: Message) -> tuple[int | None, str]:
        return row.conversation.customer_id, f"conversation {row.conversation_id}"

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
class FeedbackAdmin(LooksOnRecord, ReadOnlyAdmin):
    look = Action.CONVERSATION_VIEWED
    list_display = ["created_at", "rating", "reason", "comment", "answer"]
    list_filter = ["rating", "created_at"]
    search_fields = ["reason", "comment", "message__text"]
    ordering = ["-created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        found: QuerySet[Feedback] = super().get_queryset(request).select_related("message__conversation")
        return found

    def about(self, row: Feedback) -> tuple[int | None, str]:
        return row.message.conversation.customer_id, f"conversation {row.message.conversation_id}"

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
