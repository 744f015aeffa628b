"""The demo's agents and its administrator, with passwords that are different in each installation."""

import json
import os
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission

from accounts.models import User

ADMIN = "admin"
LOGINS = "demo_logins.json"

# What each may do in the admin. The console itself asks only for staff.
ROLES = {
    "Agents": {"view": "customer subscription order ticket ticketcomment conversation message citation feedback"},
}
# Made by a migration of knowledge: they look after the documents, too.
PUBLISHERS = "Publishers"


def load(agents: list[dict[str, Any]], domain: str) -> None:
    publishers, _ = Group.objects.get_or_create(name=PUBLISHERS)
    groups = [publishers, *(role(name) for name in ROLES)]
    passwords = new_logins([ADMIN, *(agent["username"] for agent in agents)])
    for agent in agents:
        member(passwords=passwords, is_staff=True, **agent).groups.set(groups)
    member(ADMIN, passwords, is_staff=True, is_superuser=True, email=f"{ADMIN}@{domain}")


def role(name: str) -> Group:
    codenames = [
        f"{verb}_{model}" for verbs, models in ROLES[name].items() for verb in verbs.split() for model in models.split()
    ]
    ours = Permission.objects.filter(content_type__app_label__in=["accounts", "knowledge", "chat"])
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(ours.filter(codename__in=codenames))
    return group


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
