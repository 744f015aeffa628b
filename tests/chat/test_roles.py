"""The roles every installation begins with, and what an upgrade leaves alone."""

from functools import cache
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
NAME = "0019_roles"
ROLES = ["Agents", "Supervisors", "Editors", "Admins"]


@pytest.fixture(autouse=True)
def made_anew():
    """As in an empty database: tests that empty theirs take the roles along."""
    for name in ("Agents", "Supervisors", "Admins"):
        Group.objects.filter(name=name).delete()
    migrate()


def migrate() -> None:
    make_roles = import_module(f"chat.migrations.{NAME}").make_roles
    make_roles(models_of_then(), SimpleNamespace(connection=connection))


@cache
def models_of_then() -> Apps:
    return MigrationLoader(connection).project_state(("chat", NAME)).apps


def member_of(role: str) -> User:
    user = factories.staff_member(role.lower())
    user.groups.set(Group.objects.filter(name=role))
    return user


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("chat.use_console", {"Agents", "Supervisors", "Admins"}),
        ("accounts.view_customer", {"Agents", "Supervisors", "Admins"}),
        ("accounts.export_customer", {"Supervisors", "Admins"}),
        ("accounts.view_auditentry", {"Supervisors", "Admins"}),
        ("accounts.erase_customer", {"Admins"}),
        ("accounts.change_user", {"Admins"}),
        ("auth.change_group", {"Admins"}),
        ("chat.change_widget", {"Admins"}),
        ("knowledge.change_document", {"Editors", "Admins"}),
        ("knowledge.publish_document", {"Admins"}),
    ],
)
def test_each_role_may_do_its_work(permission: str, allowed: set[str]):
    assert {role for role in ROLES if member_of(role).has_perm(permission)} == allowed


def test_admins_hold_all_that_they_can_hand_out():
    admin = member_of("Admins").get_all_permissions()

    for role in (*ROLES, "Publishers"):
        assert member_of(f"{role}").get_all_permissions() <= admin if role != "Admins" else True


def test_nobody_can_change_the_audit_log():
    assert not Permission.objects.filter(content_type__model="auditentry").exclude(codename="view_auditentry").exists()


def test_a_role_that_is_there_already_is_left_as_it_is():
    Group.objects.get(name="Agents").permissions.set(Permission.objects.filter(codename="view_order"))

    migrate()

    assert list(Group.objects.get(name="Agents").permissions.values_list("codename", flat=True)) == ["view_order"]


def test_whoever_was_staff_before_there_were_roles_keeps_the_console():
    old_hand, no_staff = factories.staff_member("old-hand"), User.objects.create_user("nobody")

    migrate()

    assert User.objects.get(pk=old_hand.pk).has_perm("chat.use_console")
    assert not User.objects.get(pk=no_staff.pk).get_all_permissions()
