"""What stands between a member of staff who has signed in and our pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts import second_factor

# What it takes to set up a second factor, to show it, or to leave.
OPEN = {"mfa_activate_totp", "mfa_reauthenticate", "account_reauthenticate", "account_login", "account_logout"}
# Knows keys and no sessions.
API = "/api/v1/"


class SecondFactorFirst(MiddlewareMixin):
    """Where a second factor is demanded, no page opens before it was shown. What is not named above is closed."""

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in OPEN or request.path.startswith(API) or not second_factor.is_missing(request):
            return None
        return ask_for_it(request)


def ask_for_it(request: HttpRequest) -> HttpResponse:
    """A fragment is asked for by a page, so it is the page that has to go there, and to come back to itself."""
    htmx = getattr(request, "htmx", None)
    back = request.get_full_path() if request.method == "GET" and not htmx else None
    back = back or (htmx and htmx.current_url_abs_path) or settings.LOGIN_REDIRECT_URL
    page = "mfa_reauthenticate" if second_factor.has_one(request.user) else "mfa_activate_totp"  # type: ignore[arg-type]
    url = f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    return HttpResponseClientRedirect(url) if htmx else redirect(url)
