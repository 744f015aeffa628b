"""An erased customer is nowhere, whatever happened on the way, and nobody else has lost anything."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actors, audit, connectors
from accounts.api_keys import create_api_key
from accounts.connectors import live
from accounts.connectors.asking import lookups
from accounts.connectors.base import Lookup
from accounts.models import AuditEntry, Connector, Customer
from accounts.privacy import pseudonym
from chat import privacy_api, removal, services, spending, tasks, windows
from chat.models import Attachment, Conversation, Erasure, Message, VerificationCode
from chat.privacy import erasing
from chat.privacy.erasing import anonymous, erase
from chat.privacy.receipts import receipt
from knowledge.curating import save
from knowledge.models import CuratedAnswer
from knowledge.services import save_document
from tests import factories
from tests.chat.privacy.conftest import INES, OFFICE
from tests.chat.privacy.kept import in_cache, in_files, in_tables
from tests.chat.test_lost_writers import database_of_tests
from tests.record_canaries import found

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def nowhere(*words: str) -> bool:
    places = [*(str(rows) for rows in in_tables().values()), str(in_cache())]
    written = [content.decode("latin-1") for content in in_files().values()]
    return not [word for word in words for place in (*places, *written) if word in place]


def log_in_admin(customer: Customer) -> None:
    kind = ContentType.objects.get_for_model(Customer)
    user = factories.staff_member("office")
    for content_type, pk, name in ((kind, str(customer.pk), str(customer)), (None, "1", f"About {customer.email}")):
        LogEntry.objects.create(
            user=user, content_type=content_type, object_id=pk, object_repr=name, action_flag=CHANGE, change_message=""
        )


def test_after_it_no_word_of_theirs_is_anywhere(ada):
    log_in_admin(ada)
    windows._count(spending.of_customer(ada.pk), 5, spending.HOUR)
    assert found("ada", str(in_tables())) >= {"said", "anonymous", "traced", "cited", "summary", "comment"}
    assert in_cache()

    erase(ada, OFFICE)

    assert nowhere("canary-ada")
    assert not Attachment.objects.exists()
    assert not [path for path in in_files() if "/attachments/" in path]
    assert all(":connectors:" in key for key in in_cache())  # that nothing more is kept
    assert LogEntry.objects.filter(object_repr="(erased)").count() == 2


def test_nobody_else_has_lost_a_byte(ada, bob):
    def of_bob() -> tuple[object, ...]:
        rows = {table: [row for row in rows if "canary-bob" in row] for table, rows in in_tables().items()}
        images = {
            str(each.file.name): each.file.read() for each in Attachment.objects.filter(conversation__customer=bob)
        }
        return {table: kept for table, kept in rows.items() if kept}, images

    before = of_bob()
    counted = {model: model.objects.count() for model in (Message, Attachment, Conversation)}

    erase(ada, OFFICE)

    assert of_bob() == before
    assert {model: 2 * model.objects.count() for model in counted} == counted


def test_the_receipt_counts_and_names_nobody(ada):
    said = receipt(erase(ada, OFFICE))

    assert (
        said["erased"]
        | {
            "customers": 1,
            "conversations": 2,
            "attachments": 2,
            "tickets": 2,
            "ticket comments": 2,
            "feedback": 1,
            "audit entries, made nameless": 2,
        }
        == said["erased"]
    )
    assert (said["customer"], said["asked_for_by"]) == (pseudonym(ada.external_id), "office")
    assert said["finished_at"] >= said["started_at"]
    assert {each["what"] for each in said["remains"]} >= {"Backups", "Logs", "Audit log"}
    assert "canary" not in str(said)


def test_it_is_on_record_once_and_so_is_who_looked(ada):
    erase(ada, INES)

    entry = AuditEntry.objects.get(action="customer.erased")
    assert (entry.label, entry.ip, entry.customer, entry.customer_external_id) == ("ines", "192.0.2.7", None, None)
    assert entry.details["customer"] == pseudonym(ada.external_id)
    assert AuditEntry.objects.filter(label="ines").count() == 3


def test_asked_for_twice_it_happens_once(ada):
    first, second = erasing.begin(ada, OFFICE), erasing.begin(ada, INES)
    erasing.carry_on(first)

    assert erasing.carry_on(second) == first
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1
    assert Erasure.objects.get().label == "office"


def test_whoever_asks_while_it_is_being_finished_gets_the_same_receipt(ada, client, monkeypatch):
    stale = Customer.objects.get(pk=ada.pk)
    finished = erase(ada, OFFICE)

    assert erase(stale, INES) == finished
    monkeypatch.setattr(privacy_api, "found", lambda external_id: stale)
    assert delete(client, stale.external_id).json()["erasure"] == str(finished.public_id)
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1


def test_somebody_who_comes_back_can_be_erased_again(ada):
    erase(ada, OFFICE)
    again = Customer.objects.create(external_id=ada.external_id)

    assert receipt(erase(again, OFFICE))["erased"] == {"customers": 1}
    assert Erasure.objects.values("subject").distinct().count() == 1


def test_what_comes_in_on_the_way_goes_too(ada, monkeypatch):
    """A conversation by somebody who had proved who they are a moment before."""
    close, late = erasing.close, factories.actor(ada)

    def close_late(erasure: Erasure) -> None:
        if not Conversation.objects.exists():
            services.start_conversation(factories.widget(), late, {})
            monkeypatch.setattr(erasing, "close", close)
        close(erasure)

    monkeypatch.setattr(erasing, "close", close_late)

    erase(ada, OFFICE)

    assert not Conversation.objects.exists()
    assert not Customer.objects.exists()


def test_nobody_speaks_for_them_from_the_beginning(ada):
    erasing.begin(ada, OFFICE)

    assert not Customer.objects.get().is_active
    assert not actors.again(factories.actor(ada)).is_verified


def test_their_conversations_are_found_by_indexes(ada):
    with CaptureQueriesContext(connection) as queries:
        list(anonymous(ada))

    assert len(queries) == 3
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        plan = Conversation.objects.filter(visitor__in=[uuid4()]).explain()
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
    assert "conversation_of_visitor" in plan


def test_what_became_somebody_elses_on_the_way_stays(ada, bob, monkeypatch):
    before = anonymous(ada).get()
    remove_batch = removal.remove_batch

    def claimed_first(pk: int, among: QuerySet[Conversation]) -> Counter[str]:
        Conversation.objects.filter(pk=before.pk).update(customer=bob, proved_by="token")
        return remove_batch(pk, among)

    monkeypatch.setattr(erasing, "remove_batch", claimed_first)

    erase(ada, OFFICE)

    assert Conversation.objects.get(pk=before.pk).customer == bob


# --- Killed ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("where", ["1", "2", "3", "6", "rows", "end"])
def test_whoever_was_killed_on_the_way_is_taken_up(ada, bob, tmp_path, where):
    environment = os.environ | {"DATABASE_URL": database_of_tests(), "SECRET_KEY": django_settings.SECRET_KEY}
    environment |= {"DJANGO_SETTINGS_MODULE": "supportbot.settings", "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.chat.privacy.erasing_process", ada.external_id, where]
    killed = subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    assert Erasure.objects.get().finished_at is None

    assert tasks.finish_erasures() == 0
    Erasure.objects.update(worked_at=timezone.now() - timedelta(minutes=3))
    assert tasks.finish_erasures() == 1

    assert nowhere("canary-ada")
    erasure = Erasure.objects.get()
    assert (erasure.label, erasure.customer) == ("office", None)
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1
    assert receipt(erasure)["erased"] == receipt(erase(bob, OFFICE))["erased"]


def test_a_piece_of_work_and_its_count_come_together(ada):
    erasure = erasing.begin(ada, OFFICE)

    with pytest.raises(RuntimeError), transaction.atomic():
        erasing.tallied(erasure, erasing.record, ada)
        raise RuntimeError

    erasure.refresh_from_db()
    assert erasure.counts == {}
    assert ada.tickets.count() == 2


# --- What others wrote -------------------------------------------------------------------------


@pytest.fixture
def grace(db) -> Customer:
    return factories.customer(external_id="cus-grace-1", email="grace@example.com", phone="+49 30 123 45 67")


def test_texts_that_name_them_are_listed_and_not_touched(grace):
    shelf = factories.collection(slug="help")
    page, _ = save_document(collection=shelf, path="a.md", content="# A\n\nAsk Grace@Example.com, or +49301234567.")
    other_page, _ = save_document(
        collection=shelf, path="b.md", content="# B\n\nNot xgrace@example.com, nor cus-grace-12."
    )
    answer = CuratedAnswer(collection=shelf, question="Who is cus-grace-1?", answer="A customer.")
    save(answer)
    other = factories.customer()
    comment = other.tickets.create(number="T-1", subject="S").comments.create(kind="agent", text="Like cus-grace-1.")

    said = receipt(erase(grace, OFFICE))

    named = {(each["kind"], each["id"], each["word"]) for each in said["mentions"]}
    assert named >= {
        ("document", page.pk, "e-mail address"),
        ("document", page.pk, "phone number"),
        ("curated answer", answer.pk, "customer’s id"),
        ("ticket comment", comment.pk, "customer’s id"),
    }
    assert {kind for kind, *_ in named} == {"document", "document version", "curated answer", "ticket comment"}
    assert ("document", other_page.pk) not in {(kind, pk) for kind, pk, _ in named}
    assert said["looked_for"] == ["e-mail address", "phone number", "customer’s id"]
    assert "Search index" in {each["what"] for each in said["remains"]}
    page.refresh_from_db()
    assert "Grace@Example.com" in page.content


def test_an_id_that_could_be_any_number_is_not_looked_for(db):
    shelf = factories.collection(slug="help")
    save_document(collection=shelf, path="a.md", content="# A\n\nIt takes 42 days.")

    said = receipt(erase(Customer.objects.create(external_id="42"), OFFICE))

    assert (said["looked_for"], said["mentions"]) == ([], [])


# --- Over HTTP, and on the command line --------------------------------------------------------


def delete(client, external_id: str, scope: str = "privacy"):
    _, key = create_api_key("crm", scope)
    return client.delete(f"/api/v1/customers/{external_id}", headers={"authorization": f"Bearer {key}"})


def test_a_program_with_the_scope_gets_the_receipt(client, ada):
    response = delete(client, ada.external_id)

    assert response.status_code == 200
    assert response.json()["customer"] == pseudonym(ada.external_id)
    assert AuditEntry.objects.get(action="customer.erased").label == "crm"
    assert nowhere("canary-ada")


@pytest.mark.parametrize("scope", ["answers", "documents", "customers"])
def test_a_key_for_something_else_erases_nothing(client, grace, scope):
    assert delete(client, grace.external_id, scope).status_code == 403
    assert client.delete(f"/api/v1/customers/{grace.external_id}").status_code == 401
    assert Customer.objects.get().is_active


@pytest.mark.parametrize("external_id", ["nobody", "%00"])
def test_who_is_not_there_is_not_found(client, db, external_id):
    assert delete(client, external_id).status_code == 404


def test_the_command_asks_for_the_id_and_prints_the_receipt(grace, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "cus-grace-1")
    out = StringIO()

    call_command("erase_customer", "cus-grace-1", stdout=out)

    assert json.loads(out.getvalue())["customer"] == pseudonym("cus-grace-1")
    assert not Customer.objects.exists()


@pytest.mark.parametrize(("said", "reason"), [("cus-grace-2", "another id"), (EOFError, "--yes")])
def test_the_command_does_nothing_without_the_right_answer(grace, monkeypatch, said, reason):
    def answer(_: str) -> str:
        if said is EOFError:
            raise EOFError
        return said

    monkeypatch.setattr("builtins.input", answer)

    with pytest.raises(CommandError, match=reason):
        call_command("erase_customer", "cus-grace-1")
    assert Customer.objects.get().is_active


def test_the_command_says_that_nobody_is_there(db):
    with pytest.raises(CommandError, match="There is no customer"):
        call_command("erase_customer", "nobody", "--yes")


def test_an_entry_written_meanwhile_names_them_no_more(ada):
    erasure = erasing.begin(ada, OFFICE)
    audit.record(audit.Action.CONVERSATION_VIEWED, INES, customer_id=ada.pk)

    erasing.carry_on(erasure)

    assert not AuditEntry.objects.exclude(customer_external_id=None).exists()


@pytest.fixture
def shop(customer) -> Lookup:
    connector = Connector.objects.create(name="shop", title="Shop", kind="sample", sample='{"parcel": "canary"}')
    connector.facts.create(name="Parcel", path="$.parcel")
    (lookup,) = lookups(factories.actor(customer), ["shop"])
    return lookup


def test_what_other_systems_said_of_them_can_be_read_no_longer(customer, shop):
    live.look_up(shop)
    assert live.recall(shop)

    erase(customer, OFFICE)

    assert live.recall(shop) is None


def test_nor_what_a_connector_said_that_is_deleted_by_now(customer, shop):
    live.look_up(shop)
    Connector.objects.all().delete()

    erase(customer, OFFICE)

    assert live.recall(shop) is None


def test_nothing_is_kept_of_a_lookup_that_was_under_way(customer, shop, monkeypatch):
    asked = connectors.asked

    def erased_meanwhile(lookup: Lookup) -> Any:
        erase(customer, OFFICE)
        return asked(lookup)

    monkeypatch.setattr(live, "asked", erased_meanwhile)

    assert live.look_up(shop).status == "live"
    assert live.recall(shop) is None
    assert cache.get(shop.key) is None


def test_a_mail_that_still_waits_to_be_sent_is_sent_to_nobody(ada, mailoutbox):
    """The job knows the row by its number, and the row is gone."""
    asked = VerificationCode.objects.create(
        conversation=Conversation.objects.filter(customer=ada).earliest("pk"),
        address=ada.email,
        expires_at=timezone.now() + timedelta(minutes=10),
    )

    erase(ada, OFFICE)
    tasks.mail_code(asked.pk)

    assert mailoutbox == []
