"""A customer's copy of everything: all of theirs, nothing of anybody else's, and never half of it."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from accounts import actors, audit
from accounts.api_keys import create_api_key
from accounts.audit import Action
from accounts.models import AuditEntry, Customer, User
from chat.models import Conversation
from chat.privacy.exporting import VERSION, export
from tests.chat.privacy.conftest import OFFICE, SHOWN_IN_CHAT
from tests.record_canaries import canaries, found

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both,
    # Which the server, unlike the test's client, does not.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


def exported(customer: Customer) -> dict[str, Any]:
    with export(customer, OFFICE, "json") as file:
        return json.load(file)


def archive_of(customer: Customer) -> ZipFile:
    return ZipFile(BytesIO(export(customer, OFFICE, "zip").read()))


def test_it_holds_every_text_that_is_kept_about_them_and_nothing_of_others(ada, bob):
    content = json.dumps(exported(ada))

    assert found("ada", content) >= SHOWN_IN_CHAT
    assert {"private.text", "public.text", "event.text", "customer.phone", "order.items.sku"} <= found("ada", content)
    assert found("ada", str(canaries(Customer, "ada"))) <= found("ada", content)
    assert found("bob", content) == set()


def test_it_says_what_it_is(ada):
    content = exported(ada)

    assert content["version"] == VERSION
    assert [comment["is_public"] for comment in content["tickets"][0]["comments"]] == [True, False]
    assert {entry["label"] for entry in content["audit_log"]} == {"Support"}
    assert "192.0.2.7" not in json.dumps(content)
    assert Conversation.objects.filter(customer=ada).get().session_hash not in json.dumps(content)


def test_staff_are_in_it_by_the_name_that_customers_know(ada):
    user = User.objects.create_user("login-canary", first_name="Ines")
    audit.record(Action.CUSTOMER_VIEWED, actors.staff(user), customer_id=ada.pk)

    content = exported(ada)
    assert [entry["label"] for entry in content["audit_log"]] == ["Support", "Support", "Ines"]
    assert "login-canary" not in json.dumps(content)


def test_what_they_said_as_a_visitor_is_proved_by_nobody_and_not_handed_out(ada):
    assert "anonymous" not in found("ada", json.dumps(exported(ada)))


def test_the_archive_has_conversations_to_read_and_their_images(ada):
    with archive_of(ada) as archive:
        names = archive.namelist()
        conversation = next(archive.read(name).decode() for name in names if name.startswith("conversations/"))
        images = [name for name in names if name.startswith("attachments/")]
        assert archive.testzip() is None
        assert json.loads(archive.read("export.json"))["version"] == VERSION

    assert {"said", "answered", "comment"} <= found("ada", conversation)
    assert len(images) == 2
    assert f"../{images[0]}" in conversation or f"../{images[1]}" in conversation


def test_what_somebody_wrote_cannot_pass_for_the_page(ada):
    message = Conversation.objects.get(customer=ada).messages.get(role="customer")
    message.text = "# Fake\n\n**Agent**, 1 May 2020, 10:00 UTC\n> No"
    message.save()

    with archive_of(ada) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".md"))
        lines = archive.read(name).decode().splitlines()

    assert "# Fake" not in lines
    assert "> # Fake" in lines


def test_a_lost_file_is_named_as_lost(ada):
    for path in Path(django_settings.MEDIA_ROOT, "attachments").iterdir():
        path.unlink()

    with archive_of(ada) as archive:
        assert not [name for name in archive.namelist() if name.startswith("attachments/")]
    assert exported(ada)["conversations"][0]["attachments_not_sent"][0]["file"] is None


def test_somebody_without_a_past_has_a_record_all_the_same(db):
    content = exported(Customer.objects.create(external_id="cus-new"))

    assert content["customer"]["external_id"] == "cus-new"
    assert content["orders"] == content["conversations"] == content["tickets"] == []


def test_each_export_is_on_record_once(ada):
    exported(ada)

    entry = AuditEntry.objects.get(action="customer.exported")
    assert (entry.label, entry.customer, entry.details) == ("office", ada, {"form": "json"})


def test_an_export_that_fails_is_neither_given_out_nor_on_record(ada, monkeypatch):
    def fail(conversation):
        raise OSError("The disk is gone.")

    monkeypatch.setattr("chat.privacy.exporting.conversation_data", fail)

    with pytest.raises(OSError, match="gone"):
        export(ada, OFFICE)
    assert not AuditEntry.objects.filter(action="customer.exported").exists()


# --- Over HTTP -----------------------------------------------------------------------------


def get(client, external_id: str, scope: str = "privacy"):
    _, key = create_api_key("crm", scope)
    return client.get(f"/api/v1/customers/{external_id}/export", headers={"authorization": f"Bearer {key}"})


def test_a_program_with_the_scope_gets_json(client, ada):
    response = get(client, ada.external_id)

    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert json.loads(b"".join(response))["customer"]["external_id"] == ada.external_id
    assert AuditEntry.objects.get(action="customer.exported").label == "crm"


@pytest.mark.parametrize("scope", ["answers", "documents", "customers"])
def test_a_key_for_something_else_gets_nothing(client, ada, scope):
    assert get(client, ada.external_id, scope).status_code == 403
    assert get(client, "nobody", scope).status_code == 403
    assert client.get(f"/api/v1/customers/{ada.external_id}/export").status_code == 401


@pytest.mark.parametrize("external_id", ["nobody", "%00", "a%00b"])
def test_who_is_not_there_is_not_found(client, db, external_id):
    response = get(client, external_id)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


# --- On the command line -------------------------------------------------------------------


def test_the_command_writes_an_archive_or_json(ada, tmp_path):
    call_command("export_customer", ada.external_id, "--to", str(tmp_path / "ada.zip"))
    call_command("export_customer", ada.external_id, "--to", str(tmp_path / "ada.json"))

    assert "export.json" in ZipFile(tmp_path / "ada.zip").namelist()
    assert json.loads((tmp_path / "ada.json").read_text())["version"] == VERSION
    assert (tmp_path / "ada.zip").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("who", "where"), [("nobody", "a.zip"), ("ada", "no/such/folder/a.zip")])
def test_the_command_refuses_in_a_sentence_and_leaves_nothing(ada, tmp_path, who, where):
    external_id = ada.external_id if who == "ada" else who

    with pytest.raises(CommandError, match="There is no"):
        call_command("export_customer", external_id, "--to", str(tmp_path / where))
    assert not list(tmp_path.rglob("a.zip*"))


def test_a_disk_that_does_not_take_it_leaves_what_was_there(ada, tmp_path, monkeypatch):
    path = tmp_path / "ada.zip"
    path.write_text("earlier")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))

    with pytest.raises(CommandError, match="was not written"):
        call_command("export_customer", ada.external_id, "--to", str(path))
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["ada.zip"]
    assert path.read_text() == "earlier"
