"""Customers in the admin: looked up there, and shut out or let in again in an emergency."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, Customer, User
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/customer/"


@pytest.fixture
def ada() -> Customer:
    return factories.customer(name="Ada")


def as_somebody(client: Client, *permissions: str) -> User:
    user = factories.staff_member("somebody", "accounts.view_customer", *permissions)
    client.force_login(user)
    return user


def switch(client: Client, action: str, *customers: Customer) -> str:
    chosen = {"action": action, "_selected_action": [customer.pk for customer in customers]}
    return client.post(LIST, chosen, follow=True).text


def test_somebody_who_may_change_customers_deactivates_and_activates_them(client, ada):
    by = as_somebody(client, "accounts.change_customer")

    assert "1 customer was deactivated." in switch(client, "deactivate", ada, factories.customer(is_active=False))
    assert not Customer.objects.get(pk=ada.pk).is_active
    assert "1 customer was activated." in switch(client, "activate", ada)
    assert Customer.objects.get(pk=ada.pk).is_active

    entries = AuditEntry.objects.filter(action="customer.switched").order_by("pk")
    assert [(entry.user, entry.customer, entry.details) for entry in entries] == [
        (by, ada, {"active": False}),
        (by, ada, {"active": True}),
    ]


def test_whoever_may_only_look_is_not_offered_it(client, ada):
    as_somebody(client)

    assert "deactivate" not in client.get(LIST).text
    switch(client, "deactivate", ada)

    assert Customer.objects.get(pk=ada.pk).is_active
    assert not AuditEntry.objects.filter(action="customer.switched").exists()
