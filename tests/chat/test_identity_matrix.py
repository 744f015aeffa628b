"""On each way into a conversation it is asked anew who is there, whatever was proved before."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import AsyncClient

from accounts import actors
from accounts.actors import VISITOR
from accounts.models import Customer
from accounts.records import Proof
from chat import services, signing
from chat.llm.scripted import ScriptedModel
from chat.models import Conversation, Message, SigningKey
from tests import factories
from tests.accounts.test_identity import SECRET as OTHER_SECRET
from tests.accounts.test_identity import pem, signed, unsigned_token, written
from tests.chat.conftest import ORIGIN, Visitor, in_database, token_for
from tests.images import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

QUESTION = "When does my plan renew?"
SECRET_FACT = "Your plan is Team"
FOR_CUSTOMERS = {"get_order", "get_ticket", "list_my_tickets"}


@pytest.fixture
def ada(customer: Customer) -> Customer:
    customer.email = "ada@example.com"
    customer.save()
    return customer


async def anonymous(widget: Any, ada: Customer) -> dict[str, Any]:
    return {}


async def said_an_address(widget: Any, ada: Customer) -> dict[str, Any]:
    """Their address is known, and nothing proves that it is theirs."""
    session = await in_database(services.start_conversation)(widget, VISITOR, {})
    await in_database(Conversation.objects.update)(attested_email=ada.email)
    return {"session": session.secret}


async def proved(widget: Any, ada: Customer) -> dict[str, Any]:
    return {"token": token_for(ada, widget)}


async def proved_by_code(widget: Any, ada: Customer) -> dict[str, Any]:
    actor = await in_database(actors.customer)(ada.pk, Proof("email", ada.email))
    return {"session": (await in_database(services.start_conversation)(widget, actor, {})).secret}


async def deactivated(widget: Any, ada: Customer) -> dict[str, Any]:
    hello = {**await proved(widget, ada), **await proved_by_code(widget, ada)}
    await in_database(Customer.objects.update)(is_active=False)
    return hello


async def deactivated_by_code(widget: Any, ada: Customer) -> dict[str, Any]:
    hello = await proved_by_code(widget, ada)
    await in_database(Customer.objects.update)(is_active=False)
    return hello


def tools_offered(model: ScriptedModel) -> set[str]:
    return {tool["function"]["name"] for request in model.requests for tool in request.tools}


Arrive = Callable[[Any, Customer], Awaitable[dict[str, Any]]]
NOBODY = [anonymous, said_an_address, deactivated, deactivated_by_code]
SOMEBODY = [proved, proved_by_code]


@pytest.mark.parametrize("arrive", NOBODY)
async def test_whoever_has_proved_nothing_is_a_visitor_on_every_way(visit, model, widget, ada, arrive: Arrive):
    visitor = await visit(**await arrive(widget, ada))

    await visitor.ask(QUESTION)

    assert visitor.ready["customer"] is None
    assert visitor.ready["messages"] == []
    assert not await in_database(Conversation.objects.filter(messages__text=QUESTION, customer=ada).exists)()
    assert SECRET_FACT not in str(model.requests)
    assert not FOR_CUSTOMERS & tools_offered(model)


@pytest.mark.parametrize("arrive", SOMEBODY)
async def test_whoever_has_proved_it_is_the_customer_on_every_way(visit, model, widget, ada, arrive: Arrive):
    visitor = await visit(**await arrive(widget, ada))

    await visitor.ask(QUESTION)

    assert visitor.ready["customer"] == {"name": "Ada Lovelace", "verified": True}
    assert await in_database(Conversation.objects.filter(messages__text=QUESTION, customer=ada).exists)()
    assert SECRET_FACT in str(model.requests)
    assert tools_offered(model) >= FOR_CUSTOMERS


@pytest.mark.parametrize("arrive", SOMEBODY)
async def test_history_and_uploads_close_with_the_proof(visit, model, widget, ada, arrive: Arrive, async_client):
    visitor = await visit(**await arrive(widget, ada))
    await visitor.ask(QUESTION)
    session = visitor.ready["session"]
    assert (await upload(async_client, widget, session)).status_code == 201
    await in_database(Customer.objects.update)(is_active=False)

    assert (await upload(async_client, widget, session)).status_code == 404
    again = await visit(session=session, **({"token": token_for(ada, widget)} if arrive is proved else {}))
    assert (again.ready["customer"], again.ready["messages"]) == (None, [])


async def test_uploads_close_with_the_key_that_signed_the_token(visit, model, widget, ada, async_client):
    visitor = await visit(token=token_for(ada, widget))
    session = visitor.ready["session"]
    assert (await upload(async_client, widget, session)).status_code == 201

    await in_database(signing.retire)(await widget.signing_keys.aget())

    assert (await upload(async_client, widget, session)).status_code == 404


async def upload(client: AsyncClient, widget: Any, session: str) -> Any:
    url = f"/api/v1/attachments?widget={widget.public_key}"
    headers = {"origin": ORIGIN, "authorization": f"Session {session}"}
    return await client.post(url, data=png(), content_type="image/png", headers=headers)


async def test_a_rotated_secret_opens_neither_the_socket_nor_uploads(visit, model, widget, ada, async_client):
    visitor = await visit()
    await visitor.ask("How long does a refund take?")
    old = visitor.ready["session"]
    await visit(session=old, token=token_for(ada, widget))

    later = await visit(session=old)

    assert later.ready["messages"] == []
    assert (await upload(async_client, widget, old)).status_code == 404


async def test_what_was_said_before_signing_in_is_the_customers_and_nobody_elses(visit, model, widget, ada):
    visitor = await visit()
    await visitor.ask("How long does a refund take?")
    attached = await visit(session=visitor.ready["session"], token=token_for(ada, widget))
    bob = await in_database(factories.customer)(external_id="cus_bob", name="Bob")

    for session in (visitor.ready["session"], attached.ready["session"]):
        others = await visit(session=session, token=token_for(bob, widget))
        assert others.ready["messages"] == []
    assert len(attached.ready["messages"]) == 2


FORGED: dict[str, Callable[[Any, Customer], str]] = {
    "unsigned": lambda widget, ada: unsigned_token(widget.public_key, ada.external_id),
    "expired": lambda widget, ada: token_for(ada, widget, life=timedelta(minutes=-10)),
    "for another widget": lambda widget, ada: token_for(ada, widget, audience="wk_other"),
    "another secret": lambda widget, ada: token_for(ada, widget, secret=OTHER_SECRET),
    "another key id": lambda widget, ada: token_for(ada, widget, kid="../../dev/null"),
    "10 kB": lambda widget, ada: token_for(ada, widget, note="x" * 10_000),
    "not yet": lambda widget, ada: token_for(ada, widget, nbf=datetime.now(UTC) + timedelta(minutes=10)),
    "a list": lambda widget, ada: signed(secret=factories.SECRET, aud=widget.public_key, sub=[ada.external_id]),
    "claims twice": lambda widget, ada: written('{"alg": "HS256", "alg": "HS256"}', secret=factories.SECRET),
    "no token": lambda widget, ada: ada.external_id,
}


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_token_leaves_a_visitor_without_tools_for_an_account(visit, model, widget, ada, kind):
    visitor = await visit(token=FORGED[kind](widget, ada))

    await visitor.ask(QUESTION)
    await visitor.ask("How long does a refund take?", id="q2")

    assert visitor.ready["customer"] is None
    assert SECRET_FACT not in str(model.requests)
    assert not FOR_CUSTOMERS & tools_offered(model)


async def test_a_public_key_taken_for_a_secret_proves_nothing(visit, widget, ada):
    await in_database(SigningKey.objects.all().delete)()
    await in_database(signing.add_public_key)(widget, pem("RS256"), factories.KID)

    visitor = await visit(token=written(f'{{"alg": "HS256", "kid": "{factories.KID}"}}', secret=pem("RS256")))

    assert visitor.ready["customer"] is None


async def test_the_log_says_what_kind_of_token_was_refused_and_nothing_of_it(visit, widget, ada, caplog):
    token = token_for(ada, widget, audience="wk_other")

    await visit(token=token)

    assert "'kind': 'audience'" in caplog.text
    assert "wk_other" not in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize("header", ["x-remote-user", "x-forwarded-user", "remote-user", "x-forwarded-email"])
async def test_headers_that_name_somebody_are_not_believed(model, widget, ada, header, async_client):
    visitor = Visitor(widget)
    visitor.scope["headers"] += [(header.encode(), ada.external_id.encode())]
    ready = await visitor.hello()

    assert ready["customer"] is None
    assert (await async_client.get("/console/", headers={header: "admin"})).status_code == 302
    assert (await async_client.post("/api/v1/answers", headers={header: "admin"})).status_code == 401
    await visitor.disconnect()


def guesses(public_id: str) -> list[object]:
    variants = [public_id.upper(), f"{{{public_id}}}", f"urn:uuid:{public_id}", public_id.replace("-", "")]
    return [public_id, *variants, *map(str, range(1, 20)), "0", "true", "[]", "null", "' OR 1=1 --", "\x00"]


async def test_guessed_ids_are_all_the_same_to_a_stranger(visit, model, settings):
    settings.CHAT_MESSAGES_VISITOR = settings.CHAT_MESSAGES_IP = 0
    victim, stranger = await visit(), await visit()
    answer = (await victim.ask("How long does a refund take?"))["message"]

    told = set()
    for guess in guesses(answer):
        for frame in ({"type": "stop"}, {"type": "retry"}, {"type": "feedback", "rating": "up"}):
            await stranger.send_json_to({**frame, "message": guess})
            told.add(tuple(sorted((await stranger.until("error")).items())))

    assert len(told) == 1
    assert dict(next(iter(told)))["code"] == "not_found"
    assert not await in_database(Message.objects.filter(feedback__isnull=False).exists)()


async def test_a_conversations_id_is_no_secret_of_its_session(visit, model):
    victim = await visit()
    await victim.ask("How long does a refund take?")

    for guess in guesses(victim.ready["conversation"]):
        stranger = await visit(session=guess)
        assert stranger.ready["messages"] == []
