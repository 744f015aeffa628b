"""Customers' sockets are closed when what proved them ends, also those on which nothing happens."""

import asyncio
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from accounts import actors
from accounts.actors import VISITOR
from accounts.models import Customer
from accounts.records import Proof
from chat import watching
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


async def test_all_sockets_of_a_process_take_one_query(visit, widget, customer, monkeypatch):
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
