"""Account connectors: which system is asked for what, checked before it is saved, and tried for one customer."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from unfold.admin import TabularInline

from accounts import actors, audit
from accounts.admin.connector_forms import ConnectorForm, FactForm, TryForm, kept_by
from accounts.connectors import asking
from accounts.connectors.trying import Tried, tried
from accounts.models import Connector, ConnectorFact, Customer
from supportbot.theme import ThemedAdmin

__all__ = ["ConnectorAdmin"]


class FactInline(TabularInline):  # type: ignore[misc]
    model = ConnectorFact
    form = FactForm
    extra = 1
    fields = ["name", "path", "kind", "currency"]


@admin.register(Connector)
class ConnectorAdmin(ThemedAdmin):
    form = ConnectorForm
    inlines = [FactInline]
    list_display = ["title", "name", "kind", "is_active", "changed_at"]
    list_filter = ["is_active", "kind"]
    search_fields = ["name", "title", "about"]
    fieldsets = [
        (None, {"fields": ["title", "name", "about", "is_active"]}),
        (
            "Request",
            {"fields": ["kind", "method", "url", "kept_headers", "new_headers", "forget_headers", "body", "sample"]},
        ),
        ("Limits", {"fields": ["timeout", "most_bytes", "cache_seconds"]}),
    ]
    readonly_fields = ["kept_headers"]
    change_form_after_template = "admin/accounts/connector/try_link.html"

    def get_fieldsets(self, request: HttpRequest, obj: Connector | None = None) -> Any:
        """Whoever may only look is told of the headers that are kept, and offered no change of them."""
        hidden = set() if obj and kept_by(obj) else {"kept_headers", "forget_headers"}
        if obj and not self.has_change_permission(request, obj):
            hidden |= {"new_headers", "forget_headers"}
        return [
            (title, {"fields": [name for name in shown["fields"] if name not in hidden]})
            for title, shown in self.fieldsets
        ]

    @admin.display(description="Headers that are kept")
    def kept_headers(self, connector: Connector) -> str:
        """Their names. What they say is never shown again."""
        return kept_by(connector)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connector]:
        """Headers that nobody can decipher any more are still there to be replaced."""
        rows: QuerySet[Connector] = super().get_queryset(request).defer("headers")
        return rows

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        of_facts = {f"facts.{name}" for formset in formsets for each in formset.forms for name in each.changed_data}
        if fields := sorted(of_facts.union(form.changed_data)):
            put_on_record(request, form.instance, {"connector": "changed" if change else "made", "fields": fields})

    def delete_model(self, request: HttpRequest, obj: Connector) -> None:
        put_on_record(request, obj, {"connector": "deleted"})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connector]) -> None:
        for connector in queryset:
            self.delete_model(request, connector)

    def get_urls(self) -> list[Any]:
        return [self.own_url("<int:pk>/try/", try_it, "try", method=None), *super().get_urls()]


def put_on_record(request: HttpRequest, connector: Connector, what: dict[str, Any]) -> None:
    """Names of fields alone: what is in them may be a key."""
    details, about = {"name": connector.name, **what}, f"connector {connector.pk}"
    audit.record(audit.Action.CONNECTOR_CHANGED, actors.staff_of(request), about=about, details=details)


def try_it(admin: ConnectorAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the system for one customer, now, as saved."""
    connector = get_object_or_404(Connector.objects.defer("headers"), pk=pk)
    may = admin.has_change_permission(request, connector) and request.user.has_perm("accounts.view_customer")
    if not may:
        raise PermissionDenied
    form = TryForm(request.POST or None)
    found: Tried | None = None
    if request.method == "POST" and form.is_valid():
        customer: Customer = form.cleaned_data["customer"]
        found = tried(asking.lookup(connector, customer))
        by, about = actors.staff_of(request), f"connector {connector.pk}"
        audit.record(audit.Action.CUSTOMER_VIEWED, by, customer_id=customer.pk, about=about)
    return admin.page(request, "connector/try.html", f"Try {connector}", connector=connector, form=form, found=found)
