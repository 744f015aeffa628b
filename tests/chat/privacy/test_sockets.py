"""A customer who is erased while they wait for an answer."""

import asyncio

import pytest
from structlog.testing import capture_logs

from chat.models import Conversation, Message
from chat.privacy.erasing import erase
from tests.chat.conftest import in_database, token_for
from tests.chat.conftest import widget as widget
from tests.chat.privacy.conftest import OFFICE
from tests.chat.privacy.kept import in_tables

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


async def test_their_chat_closes_and_nothing_of_the_answer_is_kept(visit, model, widget, customer, until_idle):
    model.will_say("canary-answer ", "takes ten days [1].")
    model.gate = asyncio.Event()
    chat = await visit(token=token_for(customer, widget))
    await chat.send_json_to({"type": "message", "id": "q1", "text": "How long does a refund take?"})
    while not model.requests:  # noqa: ASYNC110 — it has no events
        await asyncio.sleep(0.02)

    with capture_logs() as logs:
        await in_database(erase)(customer, OFFICE)
        model.gate.set()
        await until_idle()

    while (closed := await chat.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    assert closed["code"] == 4401
    assert not await in_database(Message.objects.exists)()
    assert "canary" not in str(await in_database(in_tables)())
    assert not [line for line in logs if line["log_level"] in ("error", "critical")]


async def test_who_comes_back_with_a_token_begins_anew(visit, widget, customer):
    before = await visit(token=token_for(customer, widget))
    await in_database(erase)(customer, OFFICE)

    after = await visit(session=before.ready["session"], token=token_for(customer, widget))

    # The company signs for them again: they are its customer, of whom nothing is known here.
    assert after.ready["customer"] == {"name": "", "verified": True}
    assert after.ready["conversation"] != before.ready["conversation"]
    assert await in_database(Conversation.objects.count)() == 1
