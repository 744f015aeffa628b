"""The only module here that knows the theme of the admin, so that the theme can be dropped."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.views import ChangeList
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from supportbot.read_only import ReadOnly

__all__ = [
    "DATE",
    "DAY",
    "ChangeList",
    "Checkboxes",
    "LineInput",
    "Radios",
    "Select",
    "TextInput",
    "ThemedAdmin",
    "UrlInput",
    "display",
]

# Where there is little room, a day stays on one line.
DAY = "j\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}Y"
DATE = f"{DAY}, H:i"

Checkboxes = UnfoldAdminCheckboxSelectMultipleWidget
LineInput = UnfoldAdminTextInputWidget
Radios = UnfoldAdminRadioSelectWidget
Select = UnfoldAdminSelectWidget
TextInput = UnfoldAdminTextareaWidget
UrlInput = UnfoldAdminURLInputWidget


class ThemedAdmin(ModelAdmin):  # type: ignore[misc]
    list_filter_submit = False
    list_fullwidth = True
    warn_unsaved_form = True

    class Media:
        css = {"all": ["knowledge/admin.css"]}
        js = ["knowledge/admin.js"]

    def own_url(
        self, route: str, view: Callable[..., HttpResponseBase], name: str, *, method: str | None = "GET"
    ) -> URLPattern:
        """A view beside Django's own. It is given this admin first, and checks permissions itself.

        ``method`` is the only one it answers; None for one that shows a form and takes it.
        """
        allowed = [method] if method else ["GET", "POST"]
        bound = require_http_methods(allowed)(lambda request, **kwargs: view(self, request, **kwargs))
        guarded: Callable[..., HttpResponseBase] = self.admin_site.admin_view(bound)
        return path(route, guarded, name=f"{self.model._meta.app_label}_{self.model._meta.model_name}_{name}")

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """A page of our own inside the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title, "media": self.media}
        return TemplateResponse(request, f"admin/{self.model._meta.app_label}/{template}", frame | context)


class ReadOnlyAdmin(ReadOnly, ThemedAdmin):
    """What the system writes and people only look at."""
