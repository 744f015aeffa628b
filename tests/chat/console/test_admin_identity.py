"""The page on which a widget's keys are kept, and tokens are checked."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.identity import issue_token
from accounts.models import AuditEntry, Customer, User
from chat import signing
from chat.models import SigningKey, Widget
from tests import factories
from tests.accounts.test_identity import pem

pytestmark = pytest.mark.django_db


@pytest.fixture
def widget() -> Widget:
    return factories.widget(name="Help")


@pytest.fixture
def office(admin_client: Client) -> Client:
    return admin_client


def page(client: Client, widget: Widget) -> str:
    return client.get(f"/admin/chat/widget/{widget.pk}/identity/").content.decode()


def post(client: Client, widget: Widget, address: str, **fields: str) -> str:
    response = client.post(f"/admin/chat/widget/{widget.pk}/identity/{address}", fields, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def token_of(widget: Widget, key: SigningKey, **changes) -> str:
    said = {"secret": key.secret, "audience": widget.public_key, "kid": key.kid, **changes}
    return issue_token("cus_1", **said)


def test_a_new_secret_is_shown_once(office, widget):
    made = post(office, widget, "secret/")

    secret = SigningKey.objects.get().secret
    assert secret in made
    assert secret not in page(office, widget)


def test_it_is_shown_again_to_whoever_asks_and_that_is_on_record(office, widget):
    key = signing.make_secret(widget)

    assert key.secret in post(office, widget, f"{key.pk}/show/")
    assert [entry.change_message for entry in LogEntry.objects.all()] == [f"Looked at the secret of the key {key.kid}."]
    assert key.secret not in str(LogEntry.objects.values())


def test_whatever_is_done_with_keys_is_in_the_audit_log(office, widget):
    post(office, widget, "secret/")
    key = SigningKey.objects.get()
    post(office, widget, f"{key.pk}/show/")
    post(office, widget, f"{key.pk}/retire/")
    post(office, widget, "public-key/", public_key=pem("RS256"), kid="theirs")

    entries = AuditEntry.objects.order_by("pk")
    assert list(entries.values_list("label", "action", "details__kid")) == [
        ("admin", "key.made", key.kid),
        ("admin", "key.viewed", key.kid),
        ("admin", "key.retired", key.kid),
        ("admin", "key.made", "theirs"),
    ]
    assert key.secret not in str(entries.values())


def test_secrets_are_in_no_list_and_not_on_the_widgets_own_page(office, widget):
    key = signing.make_secret(widget)
    listed = office.get("/admin/chat/widget/").content.decode()
    own = office.get(f"/admin/chat/widget/{widget.pk}/change/").content.decode()

    assert key.kid in own
    assert key.secret not in listed + own


def test_keys_are_rotated_without_a_gap(office, widget):
    old = signing.make_secret(widget)
    post(office, widget, "secret/")
    post(office, widget, f"{old.pk}/retire/")

    assert signing.live_keys(widget).count() == 1
    assert old.kid in page(office, widget)
    assert "Two keys are live" not in page(office, widget)


def test_a_third_key_is_refused_in_words(office, widget):
    for _ in range(2):
        signing.make_secret(widget)

    assert "Two keys are live already." in post(office, widget, "secret/")


def test_a_public_key_can_be_pasted(office, widget):
    post(office, widget, "public-key/", public_key=pem("RS256"), kid="ours")

    assert SigningKey.objects.get().algorithm == "RS256"


def test_what_is_no_key_is_refused_at_its_field(office, widget):
    assert "This is no public key in PEM form" in post(office, widget, "public-key/", public_key="ssh-rsa AAAA")
    assert not SigningKey.objects.exists()


@pytest.mark.parametrize("permission", [None, "view_widget"])
@pytest.mark.parametrize("address", ["", "secret/", "public-key/", "check/", "{key}/show/", "{key}/retire/"])
def test_none_of_it_is_for_those_who_may_not_change_the_widget(client: Client, widget, permission, address):
    agent: User = factories.staff_member("ines")
    if permission:
        agent.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(agent)
    key = signing.make_secret(widget)
    url = f"/admin/chat/widget/{widget.pk}/identity/{address.format(key=key.pk)}"

    response = client.post(url) if address else client.get(url)

    assert response.status_code == 403
    assert signing.live_keys(widget).count() == 1


def test_another_widgets_key_is_not_found(office, widget):
    other = signing.make_secret(factories.widget())

    for address in ("show", "retire"):
        assert office.post(f"/admin/chat/widget/{widget.pk}/identity/{other.pk}/{address}/").status_code == 404
    assert signing.live_keys(other.widget).exists()


def test_the_code_is_shown_for_this_widget(office, widget):
    key = signing.make_secret(widget)
    shown = page(office, widget)

    for language in ("Python", "Node", "PHP", "Ruby"):
        assert language in shown
    assert widget.public_key in shown
    assert shown.count(key.kid) >= 5
    assert key.secret not in shown


def test_a_good_token_says_whom_it_signs_in(office, widget):
    key = signing.make_secret(widget)

    assert "they are made when they first chat" in post(office, widget, "check/", token=token_of(widget, key))
    factories.customer(external_id="cus_1", name="Ada Lovelace")
    checked = post(office, widget, "check/", token=token_of(widget, key))

    assert "<strong>Good.</strong>" in checked
    assert "It signs in Ada Lovelace." in checked
    assert Customer.objects.count() == 1
    assert SigningKey.objects.get().last_used_at is None


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"life": timedelta(minutes=-5)}, "It expired 5 minutes ago"),
    "another widget": ({"audience": "wk_other"}, "wk_other"),
    "another secret": ({"secret": "x" * 48}, "The signature was not made with key"),
    "another key": ({"kid": "k_other"}, "no live key of that name"),
    "too long a life": ({"life": timedelta(hours=30)}, "It lives 30 hours"),
    "bad claim": ({"email": "ada@"}, "The claim `email` is not valid"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_bad_token_says_why_and_what_it_claims(office, widget, kind):
    changes, reason = WRONG[kind]
    key = signing.make_secret(widget)

    checked = post(office, widget, "check/", token=token_of(widget, key, **changes))

    assert "Refused." in checked
    assert reason in checked
    assert "&quot;sub&quot;: &quot;cus_1&quot;" in checked


def test_a_token_of_a_retired_key_says_so(office, widget):
    key = signing.make_secret(widget)
    token = token_of(widget, key)
    signing.retire(key)
    signing.make_secret(widget)

    assert f"Key {key.kid} was retired on" in post(office, widget, "check/", token=token)


def test_a_deactivated_customers_token_says_so(office, widget):
    factories.customer(external_id="cus_1", is_active=False)

    assert "deactivated" in post(office, widget, "check/", token=token_of(widget, signing.make_secret(widget)))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "<script>alert(1)</script>", "é" * 9000])
def test_what_is_no_token_is_an_answer_too(office, widget, token):
    checked = post(office, widget, "check/", token=token)

    assert "Refused." in checked or "This field is required." in checked
    assert "<script>alert" not in checked


def test_a_checked_token_is_written_nowhere(office, widget, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_of(widget, signing.make_secret(widget))

    post(office, widget, "check/", token=token)

    assert token not in caplog.text
    assert token.split(".")[2] not in caplog.text
    assert not LogEntry.objects.exists()


def test_a_key_that_nobody_can_decipher_any_more_can_be_replaced(office, admin_user, widget, settings):
    key = signing.make_secret(widget)
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-anybody"
    office.force_login(admin_user)

    of_widget = office.get(f"/admin/chat/widget/{widget.pk}/change/")
    shown = post(office, widget, f"{key.pk}/show/")
    post(office, widget, f"{key.pk}/retire/")
    post(office, widget, "secret/")

    assert key.kid in of_widget.content.decode()
    assert "Its secret cannot be read" in shown
    assert "Show secret" not in shown
    assert [each.kid for each in signing.live_keys(widget)] != [key.kid]
    assert "Its secret cannot be read" not in page(office, widget)
