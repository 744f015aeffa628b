"""The audit log, to search and to read."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from accounts.models import AuditEntry
from supportbot.read_only import ReadOnly


class PersonFilter(admin.SimpleListFilter):
    """By name, so that whoever has no account any more can be asked for, too."""

    title = "person"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = AuditEntry.objects.filter(actor=AuditEntry.Actor.STAFF).order_by("label")
        return [(name, name) for name in people.values_list("label", flat=True).distinct() if name]

    def queryset(self, request: HttpRequest, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        name = self.value()
        return entries.filter(label=name, actor=AuditEntry.Actor.STAFF) if name else entries


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    list_display = ["at", "who", "what", "customer_external_id", "object", "ip"]
    list_display_links = ["at", "what"]
    list_filter = ["action", PersonFilter, "actor", "at"]
    search_fields = ["label", "=customer_external_id", "object", "ip"]
    search_help_text = "A person, a customer's id, what it was done to, or an IP address"
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    list_select_related = ["customer"]
    fields = ["at", "actor", "label", "user", "action", "customer", "customer_external_id", "object", "written", "ip"]
    readonly_fields = ["written"]

    @admin.display(description="who", ordering="label")
    def who(self, entry: AuditEntry) -> str:
        return entry.label or "(forgotten)"

    @admin.display(description="what", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        return entry.get_action_display()

    @admin.display(description="details")
    def written(self, entry: AuditEntry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.details, indent=2, ensure_ascii=False))
