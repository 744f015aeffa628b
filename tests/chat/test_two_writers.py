"""One question has one answer, however many processes set out to write it."""

import asyncio

import pytest

from accounts.actors import VISITOR
from chat import services
from chat.models import Citation, Message
from chat.running import Writer
from tests.chat.conftest import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def due(widget) -> Message:
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    answer = services.post_message(conversation.pk, "1", "How long does a refund take?").answer
    assert answer
    return answer


async def test_an_answer_that_two_write_at_once_is_stored_once(widget, model):
    answer = await in_database(due)(widget)
    for _ in range(3):
        model.will_say("A refund reaches your card ", "in 5 to 10 business days [1].")

    await asyncio.gather(*(Writer(answer).run() for _ in range(3)))

    stored = await in_database(Message.objects.select_related("conversation").get)(role="bot")
    assert (stored.status, stored.seq, stored.conversation.last_seq) == ("complete", 2, 2)
    assert await in_database(Citation.objects.count)() == 1
