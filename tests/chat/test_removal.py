"""A conversation that goes takes everything along, also while somebody is in the middle of it."""

import asyncio
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from structlog.testing import capture_logs

from accounts.actors import VISITOR
from chat import announcements, removal, services
from chat.attaching import attach
from chat.models import Attachment, Conversation, Message
from chat.removal import remove
from tests import factories
from tests.chat.conftest import in_database
from tests.images import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def conversation(widget) -> Conversation:
    """Three messages, one with an image; another image waits to be sent."""
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    services.request_person(conversation.pk)
    sent, _ = attach(conversation.pk, png()), attach(conversation.pk, png())
    services.post_message(conversation.pk, "q1", "Look", [str(sent.public_id)])
    services.post_message(conversation.pk, "q2", "Well?")
    return conversation


def files() -> list[Path]:
    return [path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("batch", [1, 500])
def test_rows_and_files_go_however_long_it_is(conversation, monkeypatch, batch):
    monkeypatch.setattr(removal, "BATCH", batch)

    gone = remove(conversation.pk, Conversation.objects.all())

    assert (gone["chat.Conversation"], gone["chat.Message"], gone["chat.Attachment"]) == (1, 3, 2)
    assert not Message.objects.exists()
    assert not files()


def test_what_is_not_meant_stays(conversation):
    assert not remove(conversation.pk, Conversation.objects.filter(mode="bot"))

    assert (Message.objects.count(), Attachment.objects.count(), len(files())) == (3, 2, 2)


async def test_its_socket_is_closed_and_its_answer_is_stored_nowhere(visit, model, until_idle):
    model.will_say("Refunds take ", "ten days [1].")
    model.gate = asyncio.Event()
    visitor = await visit()
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "How long does a refund take?"})
    await visitor.until("answer.status")
    answer = await in_database(Message.objects.get)(role="bot")

    with capture_logs() as logs:
        await in_database(remove)(answer.conversation_id, Conversation.objects.all())
        model.gate.set()
        await until_idle()

    while (closed := await visitor.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    assert closed["code"] == 4409
    assert not await in_database(Message.objects.exists)()
    assert {line["log_level"] for line in logs} <= {"info"}


@pytest.mark.parametrize("stage", ["searching", "reading"])
async def test_a_writer_ends_quietly_wherever_it_is(visit, model, until_idle, monkeypatch, stage):
    """It was not told to stop, as when the channel layer is away: it finds out."""
    model.will_say("Refunds take ten days [1].")
    monkeypatch.setattr(announcements, "stop_answer", lambda answer_id: None)
    visitor = await visit()
    with capture_logs() as logs:
        await visitor.send_json_to({"type": "message", "id": "q1", "text": "How long does a refund take?"})
        while (await visitor.until("answer.status"))["stage"] != stage:
            pass
        conversation = await in_database(Conversation.objects.get)()
        await in_database(remove)(conversation.pk, Conversation.objects.all())
        await until_idle()

    assert not await in_database(Message.objects.exists)()
    assert not [line for line in logs if line["log_level"] in ("error", "critical")]


async def test_a_frame_to_a_conversation_that_is_gone_closes_the_socket(visit, widget):
    visitor = await visit()
    await in_database(Conversation.objects.all().delete)()

    await visitor.send_json_to({"type": "message", "id": "q1", "text": "Hello?"})

    assert (await visitor.receive_output(timeout=5))["code"] == 4409


def test_a_customer_who_is_deleted_takes_their_conversations_along(widget, customer):
    """However that came about: whoever still has the session would read it as a visitor otherwise."""
    services.start_conversation(widget, factories.actor(customer), {})

    customer.delete()

    assert not Conversation.objects.exists()
