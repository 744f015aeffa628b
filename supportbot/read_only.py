"""Admin pages on which rows can be looked at and nothing else."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Stands before a ``ModelAdmin`` or an inline."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
