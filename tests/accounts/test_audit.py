"""The audit log: what is written, that nothing of it can be changed, and how a person is forgotten all the same."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import actors, audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.models import AuditEntry, Customer, User
from accounts.models.audit import AppendOnly
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def customer(db) -> Customer:
    return factories.customer(external_id="cus-7")


@pytest.fixture
def ines(db) -> Actor:
    user = User.objects.create_user("ines")
    return actors.staff(user, "192.0.2.7")


def test_an_entry_says_who_did_what_to_whom_from_where(ines, customer):
    entry = audit.record(Action.CUSTOMER_EXPORTED, ines, customer_id=customer.pk, details={"rows": 3})

    entry.refresh_from_db()
    assert (entry.label, entry.ip, entry.action) == ("ines", "192.0.2.7", "customer.exported")
    assert (entry.customer, entry.customer_external_id, entry.details) == (customer, "cus-7", {"rows": 3})


def test_who_it_was_and_about_whom_outlive_both(ines, customer):
    audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk)

    User.objects.get(pk=ines.user_id).delete()
    customer.delete()

    entry = AuditEntry.objects.get()
    assert (entry.user, entry.label, entry.customer, entry.customer_external_id) == (None, "ines", None, "cus-7")


def test_reading_the_same_again_is_one_look(ines, customer):
    for _ in range(3):
        audit.looked_at(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk, about="customer 7")

    assert AuditEntry.objects.count() == 1


def test_a_look_at_something_else_by_somebody_else_or_later_is_another(ines, customer, time_machine):
    oskar = actors.staff(User.objects.create_user("oskar"), ines.ip)
    look = {"customer_id": customer.pk, "about": "conversation 1"}

    audit.looked_at(Action.CONVERSATION_VIEWED, ines, **look)
    audit.looked_at(Action.CONVERSATION_VIEWED, oskar, **look)
    audit.looked_at(Action.CONVERSATION_VIEWED, ines, **look | {"about": "conversation 2"})
    time_machine.move_to(timezone.now() + audit.SAME_LOOK + timedelta(seconds=1))
    audit.looked_at(Action.CONVERSATION_VIEWED, ines, **look)

    assert AuditEntry.objects.count() == 4


def test_two_programs_on_one_server_are_two_who_look(customer):
    for name in ("shop", "crm", "shop"):
        by = Actor("program", label=name, ip="192.0.2.7")
        audit.looked_at(Action.CUSTOMER_VIEWED, by, customer_id=customer.pk, about="customer 7")

    assert list(AuditEntry.objects.order_by("pk").values_list("label", flat=True)) == ["shop", "crm"]


# --- It is kept ----------------------------------------------------------------------------


@pytest.fixture
def entry(ines, customer) -> AuditEntry:
    return audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk, about="customer 7")


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.update(object=""),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["details"]),
        lambda entry: AuditEntry(pk=entry.pk, action="role.changed").save(),
    ],
    ids=["save", "delete", "update", "delete-many", "bulk-update", "overwrite"],
)
def test_our_own_code_cannot_change_it(entry, change):
    with pytest.raises((AppendOnly, DatabaseError)), transaction.atomic():
        change(entry)

    assert AuditEntry.objects.get(pk=entry.pk).object == "customer 7"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM accounts_auditentry",
        "UPDATE accounts_auditentry SET action = 'tool.called'",
        "UPDATE accounts_auditentry SET label = 'oskar'",
        "UPDATE accounts_auditentry SET at = '2020-01-01 00:00:00+00:00'",
        "UPDATE accounts_auditentry SET details = '{}', label = NULL",
        "UPDATE accounts_auditentry SET ip = NULL",
        "UPDATE accounts_auditentry SET id = id + 1",
        "UPDATE accounts_auditentry SET customer_external_id = 'cus-8'",
    ],
)
def test_the_database_itself_refuses(ines, customer, change: str):
    audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk, details={"a": 1})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_nobody_becomes_the_author_of_what_has_none(customer):
    audit.record(Action.CUSTOMER_VIEWED, actors.ASSISTANT, customer_id=customer.pk)
    somebody = User.objects.create_user("somebody")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry._base_manager.update(user=somebody)


# --- And people can be forgotten -------------------------------------------------------------


def test_a_forgotten_customer_is_in_no_entry_and_the_entries_stay(ines, customer):
    themselves = Actor("customer", label="cus-7")
    audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk)
    audit.record(Action.TOOL_CALLED, themselves, customer_id=customer.pk)
    other = audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=factories.customer(external_id="cus-8").pk)

    forgotten = audit.forget_customer(customer.pk, "cus-7")

    assert forgotten == 2
    assert AuditEntry.objects.count() == 3
    assert not AuditEntry.objects.filter(customer=customer).exists()
    assert "cus-7" not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.filter(label="ines").count() == 2
    other.refresh_from_db()
    assert other.customer_external_id == "cus-8"


def test_a_customer_is_forgotten_even_when_their_row_is_gone(ines, customer):
    audit.record(Action.CUSTOMER_VIEWED, ines, customer_id=customer.pk)
    number = customer.pk
    customer.delete()

    assert audit.forget_customer(number, "cus-7") == 1
    assert AuditEntry.objects.get().customer_external_id is None
