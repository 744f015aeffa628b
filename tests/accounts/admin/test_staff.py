"""Members of staff in the admin: nobody rises above their own rights, and every change is on record."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import AuditEntry, User
from tests import factories

pytestmark = pytest.mark.django_db

USERS, ROLES = "/admin/accounts/user/", "/admin/auth/group/"
MANAGING = [
    *(f"accounts.{verb}_user" for verb in ("view", "add", "change", "delete")),
    *(f"auth.{verb}_group" for verb in ("view", "add", "change", "delete")),
    "chat.use_console",
]


@pytest.fixture
def boss() -> User:
    """Manages staff without being a superuser, and holds the console to hand out."""
    return factories.staff_member("boss", *MANAGING)


@pytest.fixture
def office(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def root() -> User:
    return factories.staff_member("root", is_superuser=True)


def permission(name: str) -> Permission:
    return Permission.objects.get(codename=name)


def role(name: str, *permissions: str) -> Group:
    made = Group.objects.create(name=name)
    made.permissions.set(Permission.objects.filter(codename__in=permissions))
    return made


def form(user: User, **changes: Any) -> dict[str, Any]:
    """What the browser sends for an unchanged account, but for the changes."""
    kept = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_active": user.is_active,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "groups": [group.pk for group in user.groups.all()],
        "user_permissions": [permission.pk for permission in user.user_permissions.all()],
        "date_joined_0": f"{user.date_joined:%Y-%m-%d}",
        "date_joined_1": f"{user.date_joined:%H:%M:%S}",
    }
    return {name: value for name, value in (kept | changes).items() if value is not False}


def save(client: Client, user: User, **changes: Any) -> int:
    return client.post(f"{USERS}{user.pk}/change/", form(user, **changes)).status_code


# --- What the pages say ----------------------------------------------------------------------


def test_the_form_says_what_an_agent_needs_to_get_in_and_to_have_a_name(office: Client):
    page = office.get(f"{USERS}{factories.staff_member('ines').pk}/change/").content.decode()

    assert "Needed to get into the console or the admin at all" in page
    assert "Without one they see “Support”" in page


def test_the_list_says_who_has_which_roles(office: Client, django_assert_max_num_queries):
    for name in ("ines", "oskar", "lena"):
        factories.staff_member(name).groups.add(role(f"Desk of {name}"), role(f"Archive of {name}"))

    with django_assert_max_num_queries(15):
        page = office.get(USERS).content.decode()

    assert "Archive of ines, Desk of ines" in page


# --- Within one's own rights -----------------------------------------------------------------


def test_what_one_has_can_be_handed_out(office: Client):
    ines = factories.staff_member("ines")
    agents = role("Agents here", "use_console")

    status = save(office, ines, groups=[agents.pk], user_permissions=[permission("use_console").pk])

    assert status == 302
    assert User.objects.get(pk=ines.pk).has_perm("chat.use_console")


@pytest.mark.parametrize("whom", ["boss", "ines"])
def test_nobody_is_made_a_superuser_by_one_who_is_none(office: Client, boss: User, whom: str):
    user = boss if whom == "boss" else factories.staff_member("ines")

    save(office, user, is_superuser=True)

    assert not User.objects.get(pk=user.pk).is_superuser


@pytest.mark.parametrize("whom", ["boss", "ines"])
def test_nobody_is_given_what_the_giver_lacks(office: Client, boss: User, whom: str):
    user = boss if whom == "boss" else factories.staff_member("ines")
    above = role("Above", "erase_customer")

    assert save(office, user, groups=[above.pk]) == 200
    assert save(office, user, user_permissions=[permission("erase_customer").pk]) == 200

    assert not User.objects.get(pk=user.pk).has_perm("accounts.erase_customer")


@pytest.mark.parametrize("is_active", [True, False])
def test_who_has_more_rights_is_out_of_reach(office: Client, root: User, is_active: bool):
    eraser = factories.staff_member("eraser", "accounts.erase_customer")
    User.objects.filter(pk__in=[root.pk, eraser.pk]).update(is_active=is_active)
    new = {"password1": "another long one 7", "password2": "another long one 7", "usable_password": "true"}

    for user in (root, eraser):
        assert save(office, user, email="mine@evil.example") == 403
        assert office.post(f"{USERS}{user.pk}/password/", new).status_code == 403
        assert office.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
        office.post(USERS, {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"})
        user.refresh_from_db()
        assert user.email != "mine@evil.example"
        assert user.check_password("secret-enough")


def test_a_role_is_no_way_around(office: Client, boss: User):
    above, own = role("Above", "erase_customer"), role("Own", "use_console")
    boss.groups.set([own])
    erase = permission("erase_customer").pk

    assert office.post(f"{ROLES}{above.pk}/change/", {"name": "Above", "permissions": []}).status_code == 403
    assert office.post(f"{ROLES}{own.pk}/change/", {"name": "Own", "permissions": [erase]}).status_code == 200
    assert office.post(f"{ROLES}add/", {"name": "New", "permissions": [erase]}).status_code == 200
    assert not User.objects.get(pk=boss.pk).has_perm("accounts.erase_customer")


def test_who_does_not_manage_staff_sees_nothing_of_it(client: Client):
    client.force_login(factories.agent())

    assert client.get(USERS).status_code == 403
    assert client.get(ROLES).status_code == 403


def test_a_superuser_may_do_all_of_it(client: Client, root: User):
    client.force_login(root)
    ines = factories.staff_member("ines")

    assert save(client, ines, is_superuser=True) == 302
    assert User.objects.get(pk=ines.pk).is_superuser


# --- On record -------------------------------------------------------------------------------


def entry() -> tuple[Any, Any, Any]:
    made = AuditEntry.objects.get()
    return made.label, made.action, made.details


def test_a_change_of_rights_is_on_record(office: Client):
    ines = factories.agent("ines")

    save(office, ines, is_active=False, groups=[role("Own", "use_console").pk], user_permissions=[])

    assert entry() == (
        "boss",
        "staff.changed",
        {
            "user": "ines",
            "active": [True, False],
            "roles": {"added": ["Own"], "removed": []},
            "permissions": {"added": [], "removed": ["chat.use_console"]},
        },
    )


def test_a_new_name_is_no_change_of_rights(office: Client):
    save(office, factories.agent("ines"), first_name="Ines")

    assert not AuditEntry.objects.exists()


def test_a_new_account_is_on_record(office: Client):
    new = {"username": "new", "password1": "a long enough one", "password2": "a long enough one"}

    office.post(f"{USERS}add/", {**new, "usable_password": "true"})

    assert entry()[2]["user"] == "new"


def test_a_password_set_for_somebody_is_on_record_without_it(office: Client):
    ines = factories.agent("ines")
    new = {"password1": "another long one 7", "password2": "another long one 7", "usable_password": "true"}

    office.post(f"{USERS}{ines.pk}/password/", new)

    assert entry() == ("boss", "staff.changed", {"user": "ines", "password": "set"})


@pytest.mark.parametrize("in_bulk", [True, False])
def test_a_deleted_account_is_on_record(office: Client, in_bulk: bool):
    ines = factories.agent("ines")

    if in_bulk:
        office.post(USERS, {"action": "delete_selected", "_selected_action": ines.pk, "post": "yes"})
    else:
        office.post(f"{USERS}{ines.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=ines.pk).exists()
    assert entry() == ("boss", "staff.changed", {"user": "ines", "account": "deleted"})


def test_a_change_of_a_role_is_on_record(office: Client):
    own = role("Own", "use_console")

    office.post(f"{ROLES}{own.pk}/change/", {"name": "Renamed", "permissions": []})

    permissions = {"added": [], "removed": ["chat.use_console"]}
    assert entry() == (
        "boss",
        "role.changed",
        {"role": "Renamed", "name": ["Own", "Renamed"], "permissions": permissions},
    )


# --- A lost phone ----------------------------------------------------------------------------


def test_a_second_factor_can_be_taken_away_by_who_manages_staff(office: Client, root: User):
    ines = factories.agent("ines")
    for user in (ines, root):
        TOTP.activate(user, generate_totp_secret())

    office.post(USERS, {"action": "take_second_factor_away", "_selected_action": [ines.pk, root.pk]})

    assert list(Authenticator.objects.values_list("user", flat=True)) == [root.pk]
    assert entry() == ("boss", "staff.changed", {"user": "ines", "second factor": "taken away"})


def test_the_keys_of_second_factors_have_no_page(admin_client: Client):
    assert admin_client.get("/admin/mfa/authenticator/").status_code == 404
