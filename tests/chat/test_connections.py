"""A model takes seconds; a pool has ten connections. So nobody holds one while a model speaks.

A file has no pool that could run out. There it is an open transaction that holds others up.
"""

import asyncio
import gc

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from chat import running, services
from chat.models import Message
from tests import factories
from tests.chat.conftest import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def answer(widget, customer) -> Message:
    """Of a question that is not answered yet. The connection of the tests' own thread does not count."""
    conversation = services.start_conversation(widget, factories.actor(customer), {}).conversation
    due = services.post_message(conversation.pk, "q1", "How long does a refund take?").answer
    assert due
    connections.close_all()
    return due


def held_connections() -> int:
    """Of all threads of this process. By type, as asking a lazy object what it is would make it work it out."""
    wrappers = (found for found in gc.get_objects() if issubclass(type(found), BaseDatabaseWrapper))
    return sum(is_held(wrapper) for wrapper in wrappers)


def is_held(wrapper: BaseDatabaseWrapper) -> bool:
    if wrapper.connection is None:
        return False
    return wrapper.connection.in_transaction if wrapper.vendor == "sqlite" else True


async def test_no_connection_is_held_while_a_model_streams(model, answer, until_idle):
    """Not through a socket: the sockets of Channels' tests keep connections open on purpose."""
    model.will_say("Refunds take ", "ten days [1].")
    model.gate = asyncio.Event()

    running.start(answer)
    async with asyncio.timeout(30):  # a new process loads its models first
        while not model.requests or held_connections():  # noqa: ASYNC110 — the lease is renewed in passing
            await asyncio.sleep(0.02)
    model.gate.set()
    await until_idle()

    assert (await in_database(Message.objects.get)(pk=answer.pk)).answered
