import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from channels.testing import ApplicationCommunicator, WebsocketCommunicator
from django.core.signals import request_finished
from django.db import OperationalError, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from chat.warming import warm_up
from supportbot.asgi import application
from supportbot.settings import sqlite


async def test_a_socket_at_an_unknown_address_is_refused():
    connected, _ = await WebsocketCommunicator(application, "/ws/elsewhere/").connect()

    assert not connected


@pytest.mark.django_db(transaction=True)
async def test_a_process_starts_with_a_question_prepared_for(settings, caplog):
    settings.CHAT_MODEL, settings.OPENAI_API_KEY = "gpt-5", "key"

    await warm_up()

    assert "not_warmed_up" not in caplog.text
    assert {"toktok", "openai.resources.chat.completions", "py3langid.langid"} <= set(sys.modules)


async def test_a_process_that_cannot_prepare_starts_all_the_same(monkeypatch, caplog):
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr("chat.warming.open_indexes", away)

    await warm_up()

    assert "not_warmed_up" in caplog.text


@pytest.mark.django_db
def test_the_thread_of_a_request_keeps_no_connection(tmp_path):
    def serve() -> object:
        file = {**connections["default"].settings_dict, **sqlite(str(tmp_path / "kept.sqlite3"))}
        connections["default"] = DatabaseWrapper(file, "default")
        connections["default"].ensure_connection()
        request_finished.send(sender=None)
        return connections["default"].connection

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(serve).result() is None


async def test_running_answers_are_stored_before_the_process_ends(monkeypatch):
    ended = []

    async def shut_down() -> None:
        ended.append(True)

    monkeypatch.setattr("chat.running.shut_down", shut_down)
    server: Any = ApplicationCommunicator(application, {"type": "lifespan"})

    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}

    assert ended == [True]
