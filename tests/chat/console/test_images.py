"""Images that customers sent, as agents see them."""

import pytest
from django.test import Client

from chat import services
from chat.attaching import attach
from chat.models import Attachment, Conversation
from chat.templatetags.console import thumbnail
from tests.chat.console.conftest import Talk
from tests.images import opened, png


@pytest.fixture
def conversation(talk: Talk) -> Conversation:
    return talk("Hello")


def send_image(conversation: Conversation, text: str = "") -> Attachment:
    kept = attach(conversation.pk, png())
    services.post_message(conversation.pk, f"with {kept.pk}", text, [str(kept.public_id)])
    return kept


def address(conversation: Conversation, image: Attachment) -> str:
    return f"/console/conversations/{conversation.pk}/images/{image.public_id}"


def test_a_transcript_shows_them(desk: Client, conversation):
    image = send_image(conversation, "What is this?")

    page = desk.get(f"/console/conversations/{conversation.pk}/").content.decode()

    assert f'src="{address(conversation, image)}"' in page
    assert "What is this?" in page


@pytest.mark.parametrize(
    ("size", "shown"), [((640, 400), (288, 180)), ((300, 1400), (39, 180)), ((40, 30), (40, 30)), ((1, 900), (1, 180))]
)
def test_none_is_shown_higher_than_a_few_lines_or_larger_than_it_is(size, shown):
    assert thumbnail(Attachment(width=size[0], height=size[1])) == shown


def test_the_list_says_that_there_is_one(desk: Client, conversation):
    send_image(conversation)

    assert '<span class="excerpt">Image</span>' in desk.get("/console/list/?folder=open").content.decode()


def test_agents_are_served_what_they_may_see(desk: Client, conversation):
    response = desk.get(address(conversation, send_image(conversation)))

    assert opened(response.content).size == (640, 400)
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]


def test_nobody_else_is(client: Client, conversation, outsider, agent):
    image = address(conversation, send_image(conversation))

    assert client.get(image).status_code == 302
    client.force_login(outsider)
    assert client.get(image).status_code == 403
    client.force_login(agent)
    agent.is_active = False
    agent.save()
    assert client.get(image).status_code == 302


def test_an_image_is_found_in_its_own_conversation_only(desk: Client, conversation, talk):
    image = send_image(conversation)

    assert desk.get(address(talk("Hi"), image)).status_code == 404


def test_what_was_not_sent_is_not_shown(desk: Client, conversation):
    assert desk.get(address(conversation, attach(conversation.pk, png()))).status_code == 404
