"""The demo's agents and its administrator, with passwords that are different in each installation."""

import json
import os
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User

ADMIN = "admin"
LOGINS = "demo_logins.json"

# Made by migrations. The demo's agents look after the documents, too.
ROLES = ("Agents", "Publishers")


def load(agents: list[dict[str, Any]], domain: str) -> None:
    roles = Group.objects.filter(name__in=ROLES)
    passwords = new_logins([ADMIN, *(agent["username"] for agent in agents)])
    for agent in agents:
        member(passwords=passwords, is_staff=True, **agent).groups.set(roles)
    member(ADMIN, passwords, is_staff=True, is_superuser=True, email=f"{ADMIN}@{domain}")


def member(username: str, passwords: dict[str, str], **fields: Any) -> User:
    """A password is only written when it is not the right one already: hashing is slow on purpose."""
    user, _ = User.objects.update_or_create(username=username, defaults=fields)
    if not user.check_password(passwords[username]):
        user.set_password(passwords[username])
        user.save(update_fields=["password"])
    return user


def logins() -> dict[str, str]:
    """User name → password. Readable by its owner only, and never the same on two machines."""
    path = settings.DATA_DIR / LOGINS
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def new_logins(usernames: list[str]) -> dict[str, str]:
    known = logins()
    known |= {name: secrets.token_urlsafe(9) for name in usernames if name not in known}
    path = settings.DATA_DIR / LOGINS
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=2)
    return known
