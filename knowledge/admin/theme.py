"""The only module here that knows the theme of the admin, so that the theme can be dropped."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from supportbot.read_only import ReadOnly

__all__ = ["DATE", "Checkboxes", "LineInput", "Radios", "Select", "TextInput", "ThemedAdmin", "UrlInput", "display"]

DATE = "j M Y, H:i"

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

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """A page of our own inside the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title, "media": self.media}
        return TemplateResponse(request, f"admin/knowledge/{template}", frame | context)


class ReadOnlyAdmin(ReadOnly, ThemedAdmin):
    """What the system writes and people only look at."""
