"""Who may give which rights to whom: nobody more than they have, and nobody to those who have more."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from accounts.models import User


def permissions_of(user: User) -> QuerySet[Permission]:
    """All that an account holds or, where it is not active at the moment, would hold."""
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def roles_within(manager: User) -> QuerySet[Group]:
    """The roles that hold nothing the manager lacks."""
    if manager.is_superuser:
        return Group.objects.all()
    lacking = Permission.objects.exclude(pk__in=permissions_of(manager))
    return Group.objects.exclude(permissions__in=lacking)


def may_manage(manager: User, user: User) -> bool:
    """Whoever sets another's password or address becomes them, so the other must not have more rights."""
    if manager.is_superuser:
        return True
    return not user.is_superuser and not permissions_of(user).exclude(pk__in=permissions_of(manager)).exists()


def summary(user: User) -> dict[str, Any]:
    """What the audit log compares before and after a change."""
    return {
        "active": user.is_active,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "permissions": names(user.user_permissions.all()),
    }


def names(permissions: QuerySet[Permission]) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in permissions.values_list("content_type__app_label", "codename"))


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Of lists, what came and what went; of everything else, how it was and how it is."""
    changed = {name: (before.get(name), now) for name, now in after.items() if before.get(name) != now}
    return {
        name: _moved(old or [], now) if isinstance(now, list) else [old, now] for name, (old, now) in changed.items()
    }


def _moved(old: list[str], now: list[str]) -> dict[str, list[str]]:
    return {"added": sorted(set(now) - set(old)), "removed": sorted(set(old) - set(now))}
