"""What is kept no longer goes every night, kind by kind, and nothing else does."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from model_bakery import baker

from chat import removal, retention, tasks
from chat.attaching import attach
from chat.models import Attachment, Conversation, Message
from chat.retention import KNOWN, over, traces_before
from supportbot.celery import app
from tests import factories
from tests.images import png

TRACE = {"query": "refund", "total_ms": 12.5}
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def widget(db):
    return factories.widget()


@pytest.fixture
def talk(widget):
    """Makes a conversation in which nothing has happened for some days."""

    def make(days: float, **fields: Any) -> Conversation:
        at = timezone.now() - timedelta(days=days)
        return baker.make(Conversation, widget=widget, updated_at=at, **{"customer": None, **fields})

    return make


@pytest.fixture
def answer(talk):
    """Makes an answer that was given some days ago."""
    conversation = talk(0)

    def make(days: float, **fields: object) -> Message:
        given = timezone.now() - timedelta(days=days)
        seq = conversation.messages.count() + 1
        kept = {"role": "bot", "text": "Five days [1].", "seq": seq, "trace": TRACE, "created_at": given, **fields}
        return Message.objects.create(conversation=conversation, **kept)

    return make


def left(*conversations: Conversation) -> list[bool]:
    return [Conversation.objects.filter(pk=each.pk).exists() for each in conversations]


def command(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("forget", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_happens_every_night():
    schedule = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}

    assert str(schedule[tasks.forget.name]).startswith("<crontab: 10 3 * * *")


# --- Conversations -------------------------------------------------------------------------


def test_old_conversations_go_and_young_ones_stay(talk, settings):
    settings.CONVERSATION_DAYS, settings.VISITOR_DAYS = 730, 90
    ada = factories.customer()
    old, young = talk(730.1, customer=ada), talk(729.9, customer=ada)
    of_visitor, new_visitor = talk(90.1), talk(89.9)

    gone = tasks.forget()

    assert left(old, young, of_visitor, new_visitor) == [False, True, False, True]
    assert (gone["Conversations of customers"], gone["Conversations of visitors"]) == (1, 1)


def test_with_no_limit_nothing_is_forgotten(talk, answer, settings):
    settings.CONVERSATION_DAYS = settings.VISITOR_DAYS = settings.TRACE_DAYS = 0
    conversation, traced = talk(5000), answer(5000)

    tasks.forget()

    assert left(conversation) == [True]
    assert trace_of(traced) == TRACE
    assert command()[0] == "Conversations of customers: kept for ever (CONVERSATION_DAYS is 0)."


@pytest.mark.parametrize("mode", ["waiting", "human"])
def test_what_is_open_with_a_person_stays(talk, mode):
    open_one = talk(5000, mode=mode)

    tasks.forget()

    assert left(open_one) == [True]


def test_what_is_being_answered_stays(talk):
    asked = talk(5000)
    Message.objects.create(conversation=asked, role="bot", status="streaming")

    tasks.forget()

    assert left(asked) == [True]


def test_one_that_is_written_in_meanwhile_stays(talk):
    old = talk(5000)
    among = over(~KNOWN, timezone.now() - timedelta(days=90))
    Conversation.objects.update(updated_at=timezone.now())

    assert not removal.remove(old.pk, among)
    assert left(old) == [True]


def test_it_goes_batch_by_batch_and_files_go_along(talk, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    made = [talk(100) for _ in range(5)]
    for conversation in made:
        attach(conversation.pk, png())

    assert tasks.forget()["Conversations of visitors"] == 5
    assert not Attachment.objects.exists()
    assert not files()


# --- Traces --------------------------------------------------------------------------------


def trace_of(message: Message) -> object:
    message.refresh_from_db()
    return message.trace


def test_old_traces_are_emptied_and_young_ones_kept(answer, settings):
    settings.TRACE_DAYS = 90
    old, young = answer(90.1), answer(89.9)

    assert tasks.forget()["Traces of answers"] == 1
    assert (trace_of(old), trace_of(young)) == ({}, TRACE)
    assert old.text == "Five days [1]."


def test_traces_go_batch_by_batch(answer, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(retention, "BATCH", 2)
    made = [answer(100) for _ in range(5)]

    with django_assert_num_queries(3 * 2 + 1):
        assert retention.forget_traces(timezone.now()) == 5
    assert [trace_of(message) for message in made] == [{}] * 5


def test_old_traces_are_found_by_their_index(answer):
    answer(100)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        plan = traces_before(timezone.now()).explain()
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")

    assert "message_traced" in plan


# --- Files ---------------------------------------------------------------------------------


def files() -> list[Path]:
    return [path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_files_that_nothing_names_go_when_they_are_a_day_old(talk):
    kept = attach(talk(0).pk, png())
    for name in ("old", "young"):
        Path(django_settings.MEDIA_ROOT, "attachments", name).write_bytes(b"")
    two_days_ago = time.time() - 2 * 86_400
    for name in ("old", str(kept.file.name).rpartition("/")[2]):
        os.utime(Path(django_settings.MEDIA_ROOT, "attachments", name), (two_days_ago, two_days_ago))

    assert tasks.forget()["Files that nothing names"] == 1
    assert {path.name for path in files()} == {"young", str(kept.file.name).rpartition("/")[2]}


# --- The command ---------------------------------------------------------------------------


def test_a_dry_run_says_of_each_kind_what_would_go_and_touches_nothing(talk, answer, settings):
    settings.CONVERSATION_DAYS, settings.VISITOR_DAYS, settings.TRACE_DAYS = 365, 1, 30
    old, traced = talk(400, customer=factories.customer()), answer(40)

    assert command("--dry-run") == [
        "Conversations of customers, older than 365 days: 1 would go.",
        "Conversations of visitors, older than 1 day: 0 would go.",
        "Traces of answers, older than 30 days: 1 would go.",
        "Images that were not sent, older than 1 day: 0 would go.",
        "Codes that were not entered, older than 1 day: 0 would go.",
        "Files that nothing names, older than 1 day: 0 would go.",
    ]
    assert left(old) == [True]
    assert trace_of(traced) == TRACE


def test_the_command_forgets_and_says_how_many(talk):
    old = talk(5000)

    assert "Conversations of visitors, older than 90 days: 1 gone." in command()
    assert left(old) == [False]
