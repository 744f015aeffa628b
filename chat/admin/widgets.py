"""Widgets to set up: where they may stand, how they look, what they answer from and what of a record they see."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string

from chat.admin import identity, seeing
from chat.language import LANGUAGES
from chat.models import SigningKey, Widget
from supportbot.theme import Checkboxes, ThemedAdmin


class WidgetForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_origins(self) -> list[str]:
        """As browsers send them, or no visitor would ever be let in."""
        origins = self.cleaned_data["origins"] or []
        if not isinstance(origins, list) or not all(is_origin(origin) for origin in origins):
            raise forms.ValidationError('Write a list of full origins without a path: ["https://www.example.com"].')
        return origins

    def clean_languages(self) -> list[str]:
        languages = self.cleaned_data["languages"] or []
        if not isinstance(languages, list) or not set(map(str, languages)) <= set(LANGUAGES):
            raise forms.ValidationError(f'Write a list of codes, ["en", "de"], out of {", ".join(LANGUAGES)}.')
        return languages

    def clean_suggestions(self) -> list[str]:
        suggestions = self.cleaned_data["suggestions"] or []
        if not isinstance(suggestions, list) or not all(isinstance(text, str) for text in suggestions):
            raise forms.ValidationError('Write a list of questions: ["How long does delivery take?"].')
        return suggestions


def is_origin(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and value == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)


@admin.register(Widget)
class WidgetAdmin(ThemedAdmin):
    form = WidgetForm
    change_form_before_template = "admin/chat/widget/links.html"
    list_display = ["name", "public_key", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "public_key"]
    readonly_fields = ["public_key", "keys", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "is_active", "public_key", "origins", "collections"]}),
        ("Language", {"fields": ["languages", "language"]}),
        ("Look", {"fields": ["greeting", "accent", "suggestions"]}),
        ("Identity of customers", {"fields": ["keys", "created_at"]}),
    ]

    class Media:
        css = {"all": ["chat/admin/sees.css"]}

    def formfield_for_manytomany(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(field, request, widget=Checkboxes(), **kwargs)

    def get_urls(self) -> list[Any]:
        sees = self.own_url("<int:pk>/sees/", seeing.page, "sees", method=None)
        return [sees, *identity.urls(self), *super().get_urls()]

    def keys(self, widget: Widget) -> str:
        """Which there are, for everybody who may look at the widget; what they are is on a page of its own."""
        live = SigningKey.objects.filter(widget=widget.pk, retired_at=None).defer("secret")
        return render_to_string("admin/chat/widget/keys.html", {"widget": widget, "keys": live})
