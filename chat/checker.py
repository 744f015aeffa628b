"""What is wrong with an identity token, for whoever writes the code that makes them. Nothing is kept or logged."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.errors import IdentityError
from accounts.identity import Identity, read
from accounts.models import Customer
from chat.models import SigningKey, Widget
from chat.signing import identity_of
from supportbot.encryption import Undecipherable


@dataclass(frozen=True)
class Checked:
    """``problem`` is empty where the token would be believed. ``header`` and ``claims`` are what it says, as JSON."""

    problem: str
    note: str = ""
    header: str = ""
    claims: str = ""
    kid: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None


def checked(widget: Widget, token: str) -> Checked:
    try:
        said = read(token)
    except IdentityError as error:
        return Checked(error.reason)
    shown = Checked("", header=_written(said.header), claims=_written(said.claims))
    try:
        identity = identity_of(widget, token)
    except IdentityError as error:
        note = _about_key(widget, said.header) if error.kind in ("unknown_key", "no_key") else ""
        return replace(shown, problem=error.reason, note=note)
    problem, note = _about_customer(identity)
    return replace(
        shown,
        problem=problem,
        note=note,
        kid=identity.kid,
        issued_at=identity.issued_at,
        expires_at=identity.expires_at,
    )


def _written(part: dict[str, Any]) -> str:
    return json.dumps(part, indent=2, ensure_ascii=False)


def _about_key(widget: Widget, header: dict[str, Any]) -> str:
    kid = header.get("kid")
    if not isinstance(kid, str) or "\0" in kid:
        return ""
    key = SigningKey.objects.filter(widget=widget, kid=kid).defer("secret").first()
    if key and key.retired_at:
        return f"Key {key.kid} was retired on {key.retired_at:%-d %B %Y}."
    return "" if key is None or key.is_readable else Undecipherable.user_message


def _about_customer(identity: Identity) -> tuple[str, str]:
    customer = Customer.objects.filter(external_id=identity.external_id).first()
    if customer is None:
        return "", "This customer is not known yet: they are made when they first chat."
    if not customer.is_active:
        return "The token is right, but this customer is deactivated.", ""
    return "", f"It signs in {customer}."
