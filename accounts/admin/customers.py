"""Customers with their record, to look up. The record belongs to the company's own systems."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts import actors, audit
from accounts.admin.looking import LooksOnRecord
from accounts.audit import Action
from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.wording import money
from supportbot.read_only import ReadOnly


class ReadOnlyInline(ReadOnly, TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    show_change_link = False


class SubscriptionInline(ReadOnlyInline):
    model = Subscription
    fields = ["plan", "status", "seats", "price", "interval", "started_at", "renews_at", "cancels_at", "synced_at"]
    readonly_fields = ["price"]
    ordering = ["-started_at"]

    def price(self, subscription: Subscription) -> str:
        return money(subscription.price_minor, subscription.currency)


class OrderInline(ReadOnlyInline):
    model = Order
    fields = ["number", "status", "total", "refunded", "carrier", "tracking", "placed_at", "synced_at"]
    readonly_fields = ["total", "refunded"]
    ordering = ["-placed_at"]

    def total(self, order: Order) -> str:
        return money(order.total_minor, order.currency)

    def refunded(self, order: Order) -> str:
        return money(order.refunded_minor, order.currency) if order.refunded_minor else ""


class EventInline(ReadOnlyInline):
    model = Event
    fields = ["at", "kind", "text", "synced_at"]
    ordering = ["-at"]


class TicketInline(ReadOnlyInline):
    model = Ticket
    fields = ["number", "subject", "status", "priority", "assignee", "updated_at", "synced_at"]
    ordering = ["-updated_at"]
    show_change_link = True


class CommentInline(ReadOnlyInline):
    model = TicketComment
    fields = ["created_at", "author", "kind", "is_public", "text"]


class RecordAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Looked up here, changed in the system it comes from."""


@admin.register(Customer)
class CustomerAdmin(LooksOnRecord, RecordAdmin):
    look = Action.CUSTOMER_VIEWED
    list_display = ["__str__", "email", "company", "external_id", "is_active", "synced_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "email", "company", "external_id"]
    ordering = ["name"]
    inlines = [SubscriptionInline, OrderInline, TicketInline, EventInline]
    actions = ["deactivate", "activate"]

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """In an emergency nobody looks for an API key. What the company's systems say next still counts."""
        return request.user.has_perm("accounts.change_customer")

    @admin.action(description="Deactivate: their chats end at once", permissions=["switch"])
    def deactivate(self, request: HttpRequest, chosen: QuerySet[Customer]) -> None:
        self.switch(request, chosen, is_active=False)

    @admin.action(description="Activate", permissions=["switch"])
    def activate(self, request: HttpRequest, chosen: QuerySet[Customer]) -> None:
        self.switch(request, chosen, is_active=True)

    def switch(self, request: HttpRequest, chosen: QuerySet[Customer], *, is_active: bool) -> None:
        """Each by itself: whoever is as wished already is neither changed nor on record."""
        by, count = actors.staff_of(request), 0
        for customer in chosen.exclude(is_active=is_active):
            with transaction.atomic():
                anew = Customer.objects.filter(pk=customer.pk).exclude(is_active=is_active)
                if anew.update(is_active=is_active):
                    about, details = f"customer {customer.pk}", {"active": is_active}
                    audit.record(Action.CUSTOMER_SWITCHED, by, customer_id=customer.pk, about=about, details=details)
                    count += 1
        done = "activated" if is_active else "deactivated"
        messages.success(request, f"{count} {'customer was' if count == 1 else 'customers were'} {done}.")

    def about(self, row: Customer) -> tuple[int | None, str]:
        return row.pk, f"customer {row.pk}"


@admin.register(Ticket)
class TicketAdmin(LooksOnRecord, RecordAdmin):
    look = Action.TICKET_VIEWED
    list_display = ["number", "subject", "customer", "status", "priority", "updated_at"]
    list_filter = ["status", "priority"]
    list_select_related = ["customer"]
    search_fields = ["number", "subject", "customer__name", "customer__email"]
    ordering = ["-updated_at"]
    inlines = [CommentInline]

    def about(self, row: Ticket) -> tuple[int | None, str]:
        return row.customer_id, f"ticket {row.pk}"
