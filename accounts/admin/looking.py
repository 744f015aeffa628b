"""Pages about a customer, each look at which is on record."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import actors, audit
from accounts.audit import Action


class LooksOnRecord:
    """Stands before a ``ModelAdmin`` whose rows are, or belong to, a customer."""

    look: Action

    def about(self, row: Any) -> tuple[int | None, str]:
        """The customer the row is about, and what the row is called in the log."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        customer_id, name = self.about(obj) if obj else (None, "")
        if customer_id:
            audit.looked_at(self.look, actors.staff_of(request), customer_id=customer_id, about=name)
        page: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]
        return page
