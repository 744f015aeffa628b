"""How the login library treats this project: staff accounts are made by staff, never by signing up."""

from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import second_factor
from supportbot import encryption


class StaffOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """None of the library's own: they invite to sign up, and tell strangers of this place."""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By name alone. The library adds the Host header, whose port is whoever guesses' own to vary."""
        login: str = credentials.get("email") or credentials.get("username") or ""
        return login.lower()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Agents to their console, everybody else to the admin."""
        agent = request.user.has_perm("chat.use_console")
        return settings.LOGIN_REDIRECT_URL if agent else reverse("admin:index")

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Before a second factor is changed; but whoever has signed in just now is not asked for all of it again."""
        records = get_authentication_records(context.request, context.request.user)
        return not records or time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The keys of authenticator apps and the seeds of recovery codes are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.is_required()
