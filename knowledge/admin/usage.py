from django.contrib import admin

from knowledge.models import EmbeddingUsage
from supportbot.theme import ReadOnlyAdmin


@admin.register(EmbeddingUsage)
class EmbeddingUsageAdmin(ReadOnlyAdmin):
    """What embedding documents took and cost, by the day. What was embedded before is not embedded again."""

    list_display = ["day", "model", "texts", "tokens", "cost"]
    list_filter = ["model"]
    date_hierarchy = "day"
