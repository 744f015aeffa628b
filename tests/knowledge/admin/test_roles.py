"""The two groups every installation begins with."""

import pytest
from django.contrib.auth.models import Group
from model_bakery import baker

from accounts.models import User
from tests.knowledge.admin.people import sign_in

pytestmark = pytest.mark.django_db


def member_of(group: str) -> User:
    user = baker.make(User, is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    return user


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("change_document", {"Editors", "Publishers"}),
        ("add_source", {"Editors", "Publishers"}),
        ("change_curatedanswer", {"Editors", "Publishers"}),
        ("view_indexversion", {"Editors", "Publishers"}),
        ("publish_document", {"Publishers"}),
        ("delete_document", {"Publishers"}),
        # It says who may read, and whether anything has to be reviewed.
        ("change_collection", {"Publishers"}),
    ],
)
def test_each_may_do_its_work(permission, allowed):
    may = {name for name in ("Editors", "Publishers") if member_of(name).has_perm(f"knowledge.{permission}")}

    assert may == allowed


def test_neither_looks_at_customers():
    assert not any(
        permission.startswith(("accounts.", "chat."))
        for name in ("Editors", "Publishers")
        for permission in member_of(name).get_all_permissions()
    )


@pytest.mark.parametrize(
    "page", ["document", "document/try", "document/reviews", "collection", "source", "indexversion"]
)
def test_editors_see_every_page_of_knowledge(client, page):
    client.force_login(member_of("Editors"))

    assert client.get(f"/admin/knowledge/{page}/").status_code == 200


@pytest.mark.django_db
def test_whoever_may_only_look_at_a_collection_sees_its_plans(client, help_centre):
    sign_in(client, "view")
    help_centre.plans.create(plan="Enterprise")

    assert "Enterprise" in client.get(f"/admin/knowledge/collection/{help_centre.pk}/change/").text
