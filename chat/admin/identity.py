"""How customers prove to a widget who they are: its keys, how to sign with them, and what is wrong with a token."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts import actors, audit
from accounts.audit import Action
from chat import signing
from chat.checker import checked
from chat.errors import KeyRefused
from chat.examples import KEY_ID, snippets
from chat.models import SigningKey, Widget
from supportbot.theme import LineInput, TextInput

if TYPE_CHECKING:
    from chat.admin.widgets import WidgetAdmin

View = Callable[..., HttpResponse]
# In the session, until the next page: a secret is shown once for each time that somebody asks.
SHOWN = "shown_signing_key"


class PublicKeyForm(forms.Form):
    public_key = forms.CharField(
        label="Public key",
        widget=TextInput(attrs={"rows": 5, "placeholder": "-----BEGIN PUBLIC KEY-----"}),
        help_text="In PEM form: RSA with 2048 bits or more for RS256, P-256 for ES256.",
    )
    kid = forms.CharField(
        label="Key id",
        required=False,
        max_length=64,
        widget=LineInput(),
        help_text="What your server writes into the token's kid. Left empty, one is made up.",
    )


class TokenForm(forms.Form):
    token = forms.CharField(widget=TextInput(attrs={"rows": 4, "placeholder": "eyJ…"}))


def urls(admin: "WidgetAdmin") -> list[URLPattern]:
    def route(address: str, view: View, name: str) -> URLPattern:
        method = "POST" if address else "GET"
        return admin.own_url(f"<int:pk>/identity/{address}", unreported(view), name, method=method)

    return [
        route("", show, "identity"),
        route("secret/", make_secret, "make_secret"),
        route("public-key/", add_public_key, "add_public_key"),
        route("check/", check, "check_token"),
        route("<int:key>/show/", show_secret, "show_secret"),
        route("<int:key>/retire/", retire, "retire_key"),
    ]


def unreported(view: View) -> View:
    """Secrets and tokens that were typed in are in no report of an error."""
    return lambda admin, request, **ids: sensitive_post_parameters()(partial(view, admin))(request, **ids)


def permitted(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> Widget:
    """Who holds a secret can speak as any customer: all of this is for those who may change the widget."""
    widget = get_object_or_404(Widget, pk=pk)
    if not admin.has_change_permission(request, widget):
        raise PermissionDenied
    return widget


def show(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    return page(admin, request, permitted(admin, request, pk))


def page(admin: "WidgetAdmin", request: HttpRequest, widget: Widget, **context: Any) -> HttpResponse:
    keys = list(SigningKey.objects.filter(widget=widget).defer("secret"))
    live = [key for key in keys if key.is_live]
    kid = next((key.kid for key in live if key.algorithm == SigningKey.Algorithm.HS256), KEY_ID)
    shown = {
        "widget": widget,
        "live": live,
        "retired": [key for key in keys if not key.is_live],
        "is_full": len(live) >= signing.MOST_LIVE,
        "shown": request.session.pop(SHOWN, None),
        "snippets": snippets(widget.public_key, kid),
        "key_form": PublicKeyForm(),
        "token_form": TokenForm(),
    }
    title = f"Identity of customers in {widget}"
    return admin.page(request, "widget/identity.html", title, **shown | context)


def to_page(widget: Widget) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:chat_widget_identity", args=[widget.pk]))


def make_secret(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    widget = permitted(admin, request, pk)
    try:
        key = signing.make_secret(widget)
    except KeyRefused as error:
        messages.error(request, error.user_message)
    else:
        put_on_record(Action.KEY_MADE, request, key)
        admin.log_change(request, widget, f"Made the key {key.kid}.")
        request.session[SHOWN] = key.pk
    return to_page(widget)


def add_public_key(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    widget, form = permitted(admin, request, pk), PublicKeyForm(request.POST)
    if form.is_valid():
        try:
            key = signing.add_public_key(widget, form.cleaned_data["public_key"], form.cleaned_data["kid"])
        except KeyRefused as error:
            form.add_error("public_key", error.user_message)
        else:
            put_on_record(Action.KEY_MADE, request, key)
            admin.log_change(request, widget, f"Added the public key {key.kid}.")
            messages.success(request, f"Tokens signed with the private key of {key.kid} are believed from now on.")
            return to_page(widget)
    return page(admin, request, widget, key_form=form)


def check(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    widget, form = permitted(admin, request, pk), TokenForm(request.POST)
    found = checked(widget, form.cleaned_data["token"]) if form.is_valid() else None
    return page(admin, request, widget, token_form=form, checked=found)


def put_on_record(action: Action, request: HttpRequest, key: SigningKey) -> None:
    details = {"widget": key.widget_id, "kid": key.kid}
    audit.record(action, actors.staff_of(request), about=f"signing key {key.pk}", details=details)


def show_secret(admin: "WidgetAdmin", request: HttpRequest, pk: int, key: int) -> HttpResponse:
    widget = permitted(admin, request, pk)
    row = get_object_or_404(SigningKey.objects.defer("secret"), pk=key, widget=widget)
    put_on_record(Action.KEY_VIEWED, request, row)
    admin.log_change(request, widget, f"Looked at the secret of the key {row.kid}.")
    request.session[SHOWN] = row.pk
    return to_page(widget)


def retire(admin: "WidgetAdmin", request: HttpRequest, pk: int, key: int) -> HttpResponse:
    widget = permitted(admin, request, pk)
    row = get_object_or_404(SigningKey.objects.defer("secret"), pk=key, widget=widget)
    signing.retire(row)
    put_on_record(Action.KEY_RETIRED, request, row)
    admin.log_change(request, widget, f"Retired the key {row.kid}.")
    messages.success(request, f"Retired. Tokens signed with {row.kid} are refused from now on.")
    return to_page(widget)
