"""A link in a chat has nothing fetched by us, whoever writes it and whoever reads it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chat import services
from chat.models import Conversation
from tests import factories
from tests.chat.conftest import in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
async def visited() -> AsyncIterator[list[str]]:
    """Its first item is the address of a site; whatever comes after it has been there."""
    calls: list[str] = []

    def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append("somebody")
        writer.close()

    server = await asyncio.start_server(come, "127.0.0.1", 0)
    calls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/refunds")
    yield calls
    server.close()


async def test_nobody_goes_where_a_link_leads(visit, model, widget, customer, visited, async_client):
    (link,) = visited
    agent = await in_database(factories.agent)()
    ticket = await in_database(customer.tickets.create)(number="T-9", subject=link)
    await in_database(ticket.comments.create)(author="Ada", kind="customer", is_public=True, text=f"![a]({link})")
    model.will_say(f"Refunds are explained [there]({link}) ![there]({link}) {link} [1].")
    visitor = await visit(token=token_for(customer, widget), context={"url": link, "title": link, "locale": "en"})

    await visitor.ask(f"How long does a refund take? {link} <img src={link}>")
    await visitor.send_json_to({"type": "handoff", "note": link})
    await visitor.until("mode")
    conversation = await in_database(Conversation.objects.get)()
    await in_database(services.reply)(conversation.pk, agent, f"See {link}")
    await async_client.aforce_login(agent)
    page = await async_client.get(f"/console/conversations/{conversation.pk}/")

    assert link in page.content.decode()
    assert visited == [link]
