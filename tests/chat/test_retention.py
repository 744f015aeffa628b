from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from model_bakery import baker

from chat import retention, tasks
from chat.models import Conversation, Message
from supportbot.celery import app
from tests import factories

TRACE = {"query": "refund", "total_ms": 12.5}
pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def answer():
    """Makes an answer that was given some days ago."""
    conversation = baker.make(Conversation, widget=factories.widget())

    def make(days: float, **fields: object) -> Message:
        given = timezone.now() - timedelta(days=days)
        seq = conversation.messages.count() + 1
        kept = {"role": "bot", "text": "Five days [1].", "seq": seq, "trace": TRACE, "created_at": given, **fields}
        return Message.objects.create(conversation=conversation, **kept)

    return make


def trace_of(message: Message) -> object:
    message.refresh_from_db()
    return message.trace


def test_old_traces_are_emptied_and_young_ones_kept(answer, settings):
    settings.TRACE_DAYS = 90
    old, young = answer(90.1), answer(89.9)

    assert tasks.forget_traces() == 1
    assert (trace_of(old), trace_of(young)) == ({}, TRACE)
    assert old.text == "Five days [1]."


def test_with_no_limit_nothing_is_forgotten(answer, settings):
    settings.TRACE_DAYS = 0

    assert tasks.forget_traces() == 0
    assert trace_of(answer(5000)) == TRACE


def test_it_goes_batch_by_batch_through_all(answer, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(retention, "BATCH", 2)
    made = [answer(100) for _ in range(5)]

    with django_assert_num_queries(3 * 2 + 1):
        assert retention.forget_traces(90) == 5
    assert [trace_of(message) for message in made] == [{}] * 5


def test_it_happens_every_night():
    schedule = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}

    assert str(schedule[tasks.forget_traces.name]).startswith("<crontab: 10 3 * * *")


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("forget_traces", *arguments, stdout=out)
    return out.getvalue()


def test_a_dry_run_only_counts(answer):
    old = answer(40)
    answer(40, trace={})

    assert command("--days=30", "--dry-run") == "Traces older than 30 days: 1 would be forgotten.\n"
    assert trace_of(old) == TRACE


def test_the_command_forgets_and_says_how_many(answer, settings):
    settings.TRACE_DAYS = 30
    old = answer(40)

    assert command() == "Traces older than 30 days: 1 forgotten.\n"
    assert trace_of(old) == {}


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_the_command_refuses_days_that_mean_nothing(days: int):
    with pytest.raises(CommandError, match=r"--days must be from 1"):
        command(f"--days={days}")


def test_old_traces_are_found_by_their_index(answer):
    answer(100)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = retention.traces_before(timezone.now()).explain()

    assert "message_traced" in plan
