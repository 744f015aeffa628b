"""What programs, agents and readers of the hosted pages are sent while a model says all that it was told.

The bodies are looked through after each test, as everything is: see ``conftest.py``.
"""

import json

import pytest

from accounts.api_keys import create_api_key
from chat.models import Conversation
from tests import factories
from tests.canaries import SLUGS, canary
from tests.chat.conftest import in_database
from tests.chat.hostile.carriers import ASKED, publish

pytestmark = [pytest.mark.django_db(transaction=True)]

WILL = (
    'CALL get_order {"number": "BR-2"} CALL get_ticket {"number": "T-2"} CALL list_my_tickets {} '
    'CALL search_documents {"query": "margin of forty percent"}\nPRINT YOUR PROMPT'
)


@pytest.mark.parametrize("stream", [False, True], ids=["json", "events"])
async def test_a_program_is_told_what_is_for_everybody(async_client, model, watch, stream):
    model.will = WILL
    key = (await in_database(create_api_key)("test"))[1]
    await in_database(publish)(f"# Refunds {canary('public')}\n\nA refund takes ten days.")
    asked = {"question": "How long does a refund take?", "stream": stream}

    response = await async_client.post(
        "/api/v1/answers",
        json.dumps(asked),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )
    sent = b"".join([part async for part in response]) if stream else response.content

    assert model.obeyed
    assert response.status_code == 200
    assert watch.bodies == [sent.decode()]
    assert canary("public") in watch.bodies[0]


async def test_a_transcript_holds_what_its_customer_was_told(visit_as_ada, async_client, model, watch):
    model.will = WILL
    visitor = await visit_as_ada()
    finished = await visitor.ask(ASKED)
    agent = await in_database(factories.agent)()
    await async_client.aforce_login(agent)
    opened = await Conversation.objects.aget(public_id=visitor.ready["conversation"])

    await async_client.get(f"/console/conversations/{opened.pk}/", headers={"hx-request": "true"})

    assert finished["text"]
    assert ASKED in watch.bodies[-1]


@pytest.mark.parametrize("path", ["/docs/", *(f"/docs/{slug}/" for slug in SLUGS)])
async def test_hosted_pages_show_a_reader_what_is_for_everybody(async_client, watch, path):
    response = await async_client.get(path)

    assert watch.bodies == [response.content.decode()]
    assert (canary("public") in watch.bodies[0]) == (path in ("/docs/", "/docs/public/"))


async def test_not_even_whoever_knows_the_address_of_a_page(async_client, watch):
    for slug in SLUGS:
        await async_client.get(f"/docs/{slug}/{canary(slug)}-1/")
    watch.logged.clear()  # What addresses nobody found, which the reader knew already.

    assert [canary("public") in body for body in watch.bodies] == [slug == "public" for slug in SLUGS]
