"""Exporting and erasing by people: in the admin and in the console, for those who may."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Customer
from chat.models import Conversation, Erasure
from chat.privacy.erasing import erase
from tests import factories
from tests.chat.privacy.conftest import OFFICE

pytestmark = [
    pytest.mark.django_db,
    # Which the server, unlike the test's client, does not.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]
EXPORT, ERASE = "accounts.export_customer", "accounts.erase_customer"


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(factories.staff_member("office", "accounts.view_customer", "chat.use_console", *permissions))
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def export_pages(customer: Customer) -> list[str]:
    conversation = Conversation.objects.get(customer=customer)
    return [url("accounts_customer_export", customer.pk), reverse("console:export", args=[conversation.pk])]


@pytest.mark.parametrize("page", [0, 1], ids=["admin", "console"])
def test_who_may_export_gets_the_archive_and_is_on_record(ada, page):
    response = signed_in(EXPORT).post(export_pages(ada)[page])

    assert "export.json" in ZipFile(BytesIO(b"".join(response))).namelist()
    assert response["Content-Disposition"] == 'attachment; filename="customer-canary-ada-customerexternal_id.zip"'
    entry = AuditEntry.objects.get(action="customer.exported")
    assert (entry.label, entry.customer) == ("office", ada)


@pytest.mark.parametrize("page", [0, 1], ids=["admin", "console"])
def test_who_may_not_gets_nothing(ada, page):
    assert signed_in(ERASE).post(export_pages(ada)[page]).status_code == 403
    assert not AuditEntry.objects.filter(action="customer.exported").exists()


def test_a_link_somewhere_cannot_make_an_export(ada):
    office = signed_in(EXPORT)

    assert [office.get(page).status_code for page in export_pages(ada)] == [405, 405]


def test_nobody_is_exported_from_an_anonymous_conversation(ada):
    anonymous = Conversation.objects.get(customer=None)

    assert signed_in(EXPORT).post(reverse("console:export", args=[anonymous.pk])).status_code == 404


def test_the_page_says_what_goes_and_erases_nothing_yet(ada):
    response = signed_in(ERASE).get(url("accounts_customer_erase", ada.pk))

    assert (
        response.context["inventory"] | {"conversations": 2, "images": 2, "tickets": 2} == response.context["inventory"]
    )
    assert "Nobody can bring it back" in response.content.decode()
    assert Customer.objects.get().is_active


def test_whoever_types_the_id_gets_the_receipt(ada):
    office = signed_in(ERASE)

    response = office.post(url("accounts_customer_erase", ada.pk), {"external_id": ada.external_id}, follow=True)

    erasure = Erasure.objects.get()
    assert response.redirect_chain == [(url("chat_erasure_change", erasure.pk), 302)]
    assert erasure.subject in response.content.decode()
    assert "canary" not in response.content.decode()
    assert erasure.label == "office"
    assert json.loads(office.get(url("chat_erasure_json", erasure.pk)).content)["customer"] == erasure.subject
    assert "Finished" in office.get(url("chat_erasure_changelist")).content.decode()


@pytest.mark.parametrize("typed", ["", "ADA", "canary-bob-customer.external_id-"])
def test_another_id_erases_nobody(ada, typed):
    response = signed_in(ERASE).post(url("accounts_customer_erase", ada.pk), {"external_id": typed})

    assert response.status_code == 200
    assert not Erasure.objects.exists()
    assert Customer.objects.get().is_active


def test_who_may_not_erase_sees_neither_the_page_nor_a_receipt(ada, bob):
    erasure = erase(bob, OFFICE)
    agent = signed_in(EXPORT)

    for page in (url("accounts_customer_erase", ada.pk), url("chat_erasure_change", erasure.pk)):
        assert agent.get(page).status_code == 403
    assert agent.get(url("chat_erasure_json", erasure.pk)).status_code == 403
    assert agent.post(url("accounts_customer_erase", ada.pk), {"external_id": ada.external_id}).status_code == 403
    assert Customer.objects.get().is_active


@pytest.mark.parametrize("pk", ["0", "999", "x"])
def test_a_receipt_that_is_not_there_is_not_found(db, pk):
    assert signed_in(ERASE).get(f"/admin/chat/erasure/{pk}/change/").status_code == 404


def test_the_ways_there_are_shown_to_whoever_may_go_them(ada):
    conversation = Conversation.objects.get(customer=ada)

    def shown(client: Client) -> list[bool]:
        pages = [url("accounts_customer_change", ada.pk), reverse("console:customer", args=[conversation.pk])]
        texts = [client.get(page).content.decode() for page in pages]
        return [word in text for text in texts for word in ("Export", "Erase …")]

    office = signed_in()
    assert shown(office) == [False, False, False, False]
    member = factories.staff_member("dpo", "accounts.view_customer", "chat.use_console", EXPORT, ERASE)
    office.force_login(member)
    assert shown(office) == [True, True, True, True]
