"""The hosted page where anybody can ask: the widget, without a site around it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from chat.models import Widget


def ask(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """The page of one widget; without a key, that of the first one made."""
    widgets = Widget.objects.filter(is_active=True).order_by("pk")
    if key is not None:
        return render(request, "chat/ask.html", {"widget": get_object_or_404(widgets, public_key=key)})
    widget = widgets.first()
    return render(request, "chat/ask.html", {"widget": widget}, status=200 if widget else 404)
