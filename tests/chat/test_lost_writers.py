"""Processes that die or stop in the middle of an answer. Another closes it, and they cannot write it any more."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection

from accounts.actors import VISITOR
from chat import consumers, running, services
from chat.models import Message
from tests.chat.writing_process import BEGUN, LEASE, REST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both, pytest.mark.slow]

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def answer(widget, monkeypatch) -> Message:
    monkeypatch.setattr(services, "LEASE", LEASE)
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    answer = services.post_message(conversation.pk, "1", "How long does a refund take?").answer
    assert answer
    return answer


@pytest.fixture
def start(answer, tmp_path) -> Iterator[Start]:
    """Starts a process that writes the answer, and waits until half of it is stored."""
    started: list[subprocess.Popen[str]] = []

    def start_one() -> subprocess.Popen[str]:
        environment = os.environ | {"DATABASE_URL": database_of_tests(), "SECRET_KEY": settings.SECRET_KEY}
        environment |= {"DJANGO_SETTINGS_MODULE": "supportbot.settings", "DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "tests.chat.writing_process", str(answer.pk)]
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=settings.BASE_DIR,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        assert line_of(process) == "begun"
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def database_of_tests() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def close_when_lost() -> float:
    """Seconds until the lease was over and the answer closed, as the clock of any other process does it."""
    started = time.monotonic()
    while not services.close_lost_answers():
        assert time.monotonic() - started < 30
        time.sleep(0.1)
    return time.monotonic() - started


def test_an_answer_whose_process_is_killed_is_closed_with_what_it_had_said(start, answer):
    start().kill()

    seconds = close_when_lost()

    answer.refresh_from_db()
    assert (answer.status, answer.text) == ("interrupted", BEGUN)
    assert seconds < 10


def test_a_process_that_wakes_up_too_late_finds_its_answer_closed(start, answer):
    process = start()
    process.send_signal(signal.SIGSTOP)
    close_when_lost()
    print("go on", file=process.stdin, flush=True)

    process.send_signal(signal.SIGCONT)

    assert line_of(process) == "refused"
    answer.refresh_from_db()
    assert (answer.status, answer.text) == ("interrupted", BEGUN)
    assert Message.objects.filter(role="bot").count() == 1


def test_a_process_that_keeps_its_lease_finishes_its_answer(start, answer):
    process = start()
    time.sleep(1.5)
    closed = services.close_lost_answers()
    print("go on", file=process.stdin, flush=True)

    assert (closed, line_of(process)) == (0, "stored")
    answer.refresh_from_db()
    assert (answer.status, answer.text) == ("complete", f"{BEGUN} {REST}")


def test_who_watches_learns_of_a_lost_writer_within_half_a_minute():
    assert services.LEASE.total_seconds() + consumers.LOOK_AGAIN_SECONDS <= 30
    assert services.LEASE.total_seconds() > 2 * running.HEARTBEAT
