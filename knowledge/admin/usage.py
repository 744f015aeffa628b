from django.contrib import admin

from knowledge.admin.theme import ReadOnlyAdmin
from knowledge.models import EmbeddingUsage


@admin.register(EmbeddingUsage)
class EmbeddingUsageAdmin(ReadOnlyAdmin):
    """What embedding documents took and cost, by the day. What was embedded before is not embedded again."""

    list_display = ["day", "model", "texts", "tokens", "cost"]
    list_filter = ["model"]
    date_hierarchy = "day"
