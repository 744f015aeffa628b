"""The watch itself finds a secret wherever it goes out."""

import logging
from collections.abc import AsyncIterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from tests.canaries import canary
from tests.chat.hostile.watch import Watch


@pytest.fixture(autouse=True)
def watch():
    """Nothing runs here that could be watched."""


SECRETS = ["canary-bob-order.tracking-", "canary-ada-private.text-", canary("staff"), "a-secret"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", ["frames", "bodies", "logged", "requests"])
def test_a_secret_is_found_in_every_place(place, secret):
    watch = Watch(actor="customer", secrets={"a-secret"})

    getattr(watch, place).append(secret)

    assert len(watch.leaks()) == 1
    assert watch.leaks()[0].startswith(place)


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"zqstaff", b"canaryx"):
        yield piece


async def test_a_body_is_read_in_one_piece_and_as_it_is_streamed():
    watch = Watch()
    watch.reading(HttpResponse(canary("staff")))
    list(watch.reading(StreamingHttpResponse(iter([b"zqstaff", b"canaryx"]))))
    assert [piece async for piece in watch.reading(StreamingHttpResponse(pieces()))] == [b"zqstaff", b"canaryx"]

    assert watch.bodies == [canary("staff")] * 3
    assert watch.leaks() == ["bodies: the shelf staff"]


def test_log_records_are_read_as_they_are_written():
    watch = Watch()

    watch.emit(logging.LogRecord("name", logging.INFO, "", 0, "said %s", (canary("staff"),), None))

    assert watch.leaks() == ["logged: the shelf staff"]


def test_what_is_ones_own_may_be_told():
    watch = Watch(actor="customer", frames=["canary-ada-order.number- canary-ada-customer.name-", canary("customers")])

    assert watch.leaks() == []
