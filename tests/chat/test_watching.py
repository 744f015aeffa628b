"""Customers' sockets are closed when what proved them ends, also those on which nothing happens."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError

from accounts import actors
from accounts.actors import VISITOR
from accounts.models import Customer
from accounts.records import Proof
from chat import sessions, signing, watching
from chat.models import Conversation, Message, Widget
from tests import factories
from tests.chat.conftest import in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


async def closing_code(visitor: Any) -> int:
    while (output := await visitor.receive_output(timeout=2.5))["type"] != "websocket.close":
        pass
    return int(output["code"])


async def test_idle_sockets_of_a_deactivated_customer_close_within_two_seconds(visit, widget, customer):
    bob = await in_database(factories.customer)(external_id="cus_2", name="Bob")
    sockets = [await visit(token=token_for(customer, widget)) for _ in range(2)]
    others = [await visit(token=token_for(bob, widget)), await visit()]

    # As another process would: this one is told nothing.
    await in_database(Customer.objects.filter(pk=customer.pk).update)(is_active=False)
    started = asyncio.get_running_loop().time()
    codes = [await closing_code(socket) for socket in sockets]

    assert codes == [4401, 4401]
    assert asyncio.get_running_loop().time() - started < 2
    for other in others:
        assert await other.receive_nothing(0.1)


async def test_a_deleted_customers_idle_socket_closes_too(visit, widget, customer):
    socket = await visit(token=token_for(customer, widget))
    await in_database(customer.delete)()

    assert await closing_code(socket) in (4401, 4409)


async def test_retiring_the_key_that_let_somebody_in_closes_their_idle_socket(visit, widget, customer):
    kept = await in_database(signing.make_secret)(widget)
    by_old = await visit(token=token_for(customer, widget))
    by_kept = await visit(token=token_for(customer, widget, secret=kept.secret, kid=kept.kid))
    visitor = await visit()

    await in_database(signing.retire)(await widget.signing_keys.aget(kid=factories.KID))

    assert await closing_code(by_old) == 4401
    assert await by_kept.receive_nothing(0.1)
    assert await visitor.receive_nothing(0.1)


async def test_an_inactive_widget_closes_the_sockets_of_its_customers(visit, widget, customer):
    socket = await visit(token=token_for(customer, widget))
    await in_database(Widget.objects.filter(pk=widget.pk).update)(is_active=False)

    assert await closing_code(socket) == 4401


@pytest.mark.parametrize("end", ["key", "widget"])
async def test_what_let_them_in_is_asked_before_each_frame(visit, widget, customer, monkeypatch, end):
    monkeypatch.setattr(watching, "SECONDS", 60)
    socket = await visit(token=token_for(customer, widget))
    if end == "key":
        await in_database(signing.retire)(await widget.signing_keys.aget(kid=factories.KID))
    else:
        await in_database(Widget.objects.filter(pk=widget.pk).update)(is_active=False)

    await socket.send_json_to({"type": "message", "id": "m1", "text": "When does my plan renew?"})

    assert await closing_code(socket) == 4401
    assert not await Message.objects.aexists()


async def test_an_old_socket_is_to_prove_itself_anew(visit, widget, customer, monkeypatch):
    monkeypatch.setattr(watching, "SECONDS", 0.1)
    socket = await visit(token=token_for(customer, widget))
    assert await socket.receive_nothing(0.3)

    monkeypatch.setattr(watching, "LONGEST", 0.0)

    assert await closing_code(socket) == 1012


async def test_all_sockets_of_a_process_are_looked_at_together(visit, widget, customer, monkeypatch):
    looks: list[int] = []
    still_proved = actors.still_proved
    monkeypatch.setattr(watching, "SECONDS", 0.1)

    def counted(asked: set[actors.Actor]) -> set[actors.Actor]:
        looks.append(len(asked))
        return still_proved(asked)

    monkeypatch.setattr(actors, "still_proved", counted)
    bob = await in_database(factories.customer)(external_id="cus_2")

    for _ in range(3):
        await visit(token=token_for(customer, widget))
    await visit(token=token_for(bob, widget))
    looks.clear()
    await asyncio.sleep(0.55)

    assert 2 <= len(looks) <= 6
    assert set(looks) == {2}


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_a_database_that_is_away_for_a_moment_ends_no_watch(visit, widget, customer, monkeypatch, error):
    monkeypatch.setattr(watching, "SECONDS", 0.1)
    socket = await visit(token=token_for(customer, widget))
    still_proved = actors.still_proved

    def away_once(asked: set[actors.Actor]) -> set[actors.Actor]:
        monkeypatch.setattr(actors, "still_proved", still_proved)
        raise error("connection already closed")

    monkeypatch.setattr(actors, "still_proved", away_once)
    await asyncio.sleep(0.3)
    await in_database(Customer.objects.filter(pk=customer.pk).update)(is_active=False)

    assert await closing_code(socket) == 4401


async def test_nothing_is_asked_for_visitors_alone(visit, monkeypatch):
    monkeypatch.setattr(watching, "SECONDS", 0.05)
    monkeypatch.setattr(actors, "still_proved", None)
    visitor = await visit()

    assert await visitor.receive_nothing(0.3)
    assert not watching.watch.sockets


async def test_a_socket_that_is_gone_is_not_looked_after(visit, widget, customer):
    socket = await visit(token=token_for(customer, widget))
    assert len(watching.watch.sockets) == 1

    await socket.disconnect()

    assert not watching.watch.sockets


def test_each_socket_is_told_what_its_next_frame_would_be(django_assert_num_queries, widget):
    """The watch and the check before each frame are two queries of one rule."""
    off = Widget.objects.create(name="Off", is_active=False)
    ada, bob = factories.customer(), factories.customer(is_active=False)
    factories.signing_key(off)
    signing.make_secret(widget)
    signing.retire(widget.signing_keys.exclude(kid=factories.KID).get())
    old = widget.signing_keys.exclude(kid=factories.KID).get().kid
    asked = {
        (on.pk, actors.Actor("customer", customer.pk, proof))
        for on in (widget, off)
        for customer in (ada, bob)
        for proof in (Proof("token", kid=factories.KID), Proof("token", kid=old), Proof("token", kid="no"), None)
    }

    with django_assert_num_queries(3):
        found = watching.still_let_in(asked)

    assert found == {(widget.pk, actors.Actor("customer", ada.pk, Proof("token", kid=factories.KID)))}
    for of, actor in asked:
        conversation = Conversation.objects.create(
            widget_id=of, customer_id=actor.customer_id, session_hash=uuid4().hex
        )
        assert sessions.is_conversation_of(actor, conversation.pk) == ((of, actor) in found)


def test_one_query_says_what_each_would(django_assert_num_queries):
    ada, bob, eve = (factories.customer(email=f"{name}@Example.com") for name in ("ada", "bob", "eve"))
    Customer.objects.filter(pk=eve.pk).update(is_active=False)
    asked = [
        actors.Actor("customer", customer.pk, proof)
        for customer in (ada, bob, eve)
        for proof in (Proof("token"), Proof("email", "ADA@example.com"), Proof("email", ""), None)
    ] + [VISITOR, actors.Actor("customer", 10**9, Proof("token"))]

    with django_assert_num_queries(1):
        found = actors.still_proved(asked)

    assert found == {actor for actor in asked if actors.proved(actor).exists()}
    assert len(found) == 3
