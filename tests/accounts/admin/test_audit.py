"""The audit log in the admin: to be searched by those who may, and changed by nobody."""

import pytest
from django.test import Client

from accounts import audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
LOG = "/admin/accounts/auditentry/"


@pytest.fixture
def entries() -> list[AuditEntry]:
    ada, bob = factories.customer(external_id="cus-ada"), factories.customer(external_id="cus-bob")
    return [
        audit.record(Action.CUSTOMER_VIEWED, Actor("staff", label="ines"), customer_id=ada.pk),
        audit.record(Action.CUSTOMER_EXPORTED, Actor("staff", label="oskar"), customer_id=bob.pk),
    ]


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(factories.staff_member("auditor", "accounts.view_auditentry"))
    return client


@pytest.mark.parametrize(
    "query",
    ["who=ines", "action__exact=customer.viewed", "q=cus-ada", "at__gte=2020-01-01T00:00:00Z&who=ines", "q=ines"],
)
def test_it_is_searched_by_person_customer_action_and_date(auditor: Client, entries, query: str):
    page = auditor.get(f"{LOG}?{query}").content.decode()

    assert "cus-ada" in page
    assert "cus-bob" not in page


def test_an_entry_opens(auditor: Client, entries):
    page = auditor.get(f"{LOG}{entries[0].pk}/change/").content.decode()

    assert "Looked at a customer" in page
    assert 'name="_save"' not in page


def test_nobody_changes_it(admin_client: Client, entries):
    entry = f"{LOG}{entries[0].pk}"

    assert admin_client.post(f"{entry}/change/", {"label": "x"}).status_code == 403
    assert admin_client.post(f"{entry}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"{LOG}add/", {}).status_code == 403
    admin_client.post(LOG, {"action": "delete_selected", "_selected_action": entries[0].pk, "post": "yes"})
    assert AuditEntry.objects.count() == 2


def test_others_do_not_see_it(client: Client, entries):
    client.force_login(factories.staff_member("reader", "accounts.view_customer"))

    assert client.get(LOG).status_code == 403


def test_entries_are_counted_as_entries(auditor: Client, entries):
    assert "2 audit entries" in " ".join(auditor.get(LOG).content.decode().split())
