"""Messages with images, frame by frame."""

import pytest
from django.test import AsyncClient

from chat import services
from chat.attaching import attach
from chat.frames import MAX_ATTACHMENTS
from chat.models import Attachment, Conversation, Message
from tests.chat.conftest import Visitor, in_database
from tests.images import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


async def attached(visitor: Visitor) -> str:
    conversation = await in_database(Conversation.objects.get)(public_id=visitor.ready["conversation"])
    return str((await in_database(attach)(conversation.pk, png())).public_id)


async def send(visitor: Visitor, text: str = "Look", id: str = "q1", **fields: object) -> None:
    await visitor.send_json_to({"type": "message", "id": id, "text": text, **fields})


def shown(visitor: Visitor) -> list[list[str]]:
    """The images of each of the customer's messages."""
    said = [message for message in visitor.ready["messages"] if message["role"] == "customer"]
    return [[image["id"] for image in message.get("attachments", [])] for message in said]


async def test_a_message_takes_its_images_along_and_shows_them_from_then_on(visit, model):
    visitor = await visit()
    images = [await attached(visitor), await attached(visitor)]

    await send(visitor, attachments=images)
    await visitor.until("answer.finished")
    again = await visit(session=visitor.ready["session"])

    (said,) = (message for message in again.ready["messages"] if message["role"] == "customer")
    assert shown(again) == [images]
    assert (said["attachments"][0]["width"], said["attachments"][0]["height"]) == (640, 400)
    url = said["attachments"][0]["url"].removeprefix("http://127.0.0.1:8000")
    assert (await AsyncClient().get(url)).status_code == 200


async def test_another_tab_is_shown_them(visit, model):
    visitor = await visit()
    other = await visit(session=visitor.ready["session"])
    image = await attached(visitor)

    await send(visitor, attachments=[image])

    assert [each["id"] for each in (await other.until("message"))["attachments"]] == [image]


async def test_an_image_needs_no_words(visit, model):
    visitor = await visit()

    await send(visitor, "", attachments=[await attached(visitor)])

    assert (await visitor.until("accepted"))["id"] == "q1"


async def test_messages_without_images_say_nothing_of_them(visit, model):
    visitor = await visit()
    await visitor.ask("Refund?")

    again = await visit(session=visitor.ready["session"])

    assert not any("attachments" in message for message in again.ready["messages"])


async def test_sent_again_it_is_stored_once_with_its_images(visit, model):
    visitor = await visit()
    image = await attached(visitor)
    for _ in range(2):
        await send(visitor, attachments=[image])

    first, second = await visitor.until("accepted"), await visitor.until("accepted")

    assert first == second
    assert await in_database(Message.objects.filter(role="customer").count)() == 1


@pytest.mark.parametrize("ids", [["no-id"], ["00000000-0000-4000-8000-000000000000"], [""] * 2, ["x" * 65], ["\0"]])
async def test_what_is_no_image_here_is_refused_and_nothing_is_stored(visit, model, ids):
    visitor = await visit()

    await send(visitor, attachments=ids)

    refused = await visitor.until("error")
    assert (refused["code"], refused["id"]) == ("image_not_found", "q1")
    assert not await in_database(Message.objects.exists)()


async def test_an_image_is_sent_once(visit, model):
    visitor = await visit()
    image = await attached(visitor)
    await send(visitor, attachments=[image])
    await visitor.until("answer.finished")

    await send(visitor, id="q2", attachments=[image])

    assert (await visitor.until("error")) | {"detail": ""} == {
        "type": "error",
        "code": "image_not_found",
        "detail": "",
        "retryable": False,
        "id": "q2",
    }


async def test_nobody_sends_an_image_of_somebody_else(visit, model):
    victim, other = await visit(), await visit()
    image = await attached(victim)

    await send(other, attachments=[await attached(other), image])

    assert (await other.until("error"))["code"] == "image_not_found"
    assert not await in_database(Message.objects.exists)()
    assert not await in_database(Attachment.objects.exclude(message=None).exists)()
    await send(victim, attachments=[image])
    assert await victim.until("accepted")


async def test_more_than_a_few_are_too_many(visit, model):
    visitor = await visit()
    images = [await attached(visitor) for _ in range(MAX_ATTACHMENTS + 1)]

    await send(visitor, attachments=images)

    assert (await visitor.until("error"))["code"] == "too_many_images"
    await send(visitor, attachments=images[1:])
    assert await visitor.until("accepted")


async def test_a_conversation_with_images_goes_with_its_files(visit, model, settings):
    visitor = await visit()
    await send(visitor, attachments=[await attached(visitor)])
    await visitor.until("answer.finished")

    await in_database(Conversation.objects.all().delete)()

    assert not list((settings.MEDIA_ROOT / "attachments").iterdir())


async def test_what_a_widget_may_attach_is_told_when_it_is_ready(visit, settings):
    settings.MAX_IMAGE_BYTES = 1000

    assert (await visit()).ready["widget"]["images"] == {"bytes": 1000, "most": 4}


async def test_a_resolved_conversation_sends_none(visit, model):
    visitor = await visit()
    image = await attached(visitor)
    await in_database(services.resolve)(await in_database(Conversation.objects.values_list("pk", flat=True).get)())

    await send(visitor, attachments=[image])

    assert (await visitor.until("error"))["code"] == "conversation_resolved"
