"""API keys: made once, kept as a hash, read from one header only."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.models import ApiKey

PREFIX = "sb_"


def create_api_key(name: str, scope: str = ApiKey.Scope.ANSWERS, collections: Iterable[str] = ()) -> tuple[ApiKey, str]:
    """The row and the key. The key cannot be shown again: 256 random bits need no slow hash, but no copy either."""
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(name=name, scope=scope, collections=list(collections), key_hash=hash_key(key))
    return row, key


def put_on_record(action: Action, by: Actor, key: ApiKey) -> None:
    details = {"name": key.name, "scope": key.scope, "collections": key.collections}
    audit.record(action, by, about=f"API key {key.pk}", details=details)


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer sb_…``. Nothing else is read: no cookie, no query, no other header."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        kind, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        found = ApiKey.objects.filter(key_hash=hash_key(key.strip()), is_active=True).first()
        if found is None:
            raise AuthenticationFailed("This API key is not known or not active.")
        return None, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


# Of a view: the scope of the keys that it is for, or of each of its methods.
RequiredScope = str | Mapping[str, str]


class HasScope(BasePermission):
    """The key was made for what this view is for. A view that does not say so is closed.

    What no key can do is not said to need another one.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        method = request.method or ""
        if not isinstance(request.auth, ApiKey):
            return False
        if method not in view.allowed_methods:
            raise MethodNotAllowed(method)
        wanted: RequiredScope | None = getattr(view, "required_scope", None)
        if isinstance(wanted, Mapping):
            wanted = wanted.get(method)
        if wanted:
            self.message = f"This key is for {request.auth.scope}; {method} at this address needs a key for {wanted}."
        return request.auth.scope == wanted


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the key is described in the API schema."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
