"""The watch over every test finds two customers wherever they meet."""

import logging
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import Order, User
from chat.consumers import VisitorConsumer
from chat.llm.base import ModelRequest
from tests import factories, meetings
from tests.record_canaries import canaries

ADA, BOB = (str(canaries(Order, owner)) for owner in ("ada", "bob"))


@pytest.fixture(autouse=True)
def are_forgotten() -> Iterator[None]:
    """They met on purpose."""
    yield
    mail.outbox = []
    meetings.meetings.begin()


def asked_by(user: User | None = None, **headers: str) -> WSGIRequest:
    request = RequestFactory().get("/somewhere", headers=headers)
    request.user = user or AnonymousUser()
    return request


def test_in_one_response():
    meetings.meetings.look_at_response(asked_by(), HttpResponse(ADA + BOB))

    assert meetings.meetings.all() == ["/somewhere: ada, bob"]


def test_in_one_prompt():
    ModelRequest(None, [{"role": "system", "content": ADA}, {"role": "user", "content": BOB}], 10)

    assert meetings.meetings.all() == ["a prompt: ada, bob"]


def test_in_one_mail():
    mail.outbox = [mail.EmailMessage(ADA.replace("\n", " "), BOB, to=["ada@example.com"])]

    assert meetings.meetings.all() == ["a mail: ada, bob"]


def test_in_one_log_record():
    logging.getLogger("anything").warning("%s and %s", ADA, BOB)

    assert meetings.meetings.all() == ["the log of anything: ada, bob"]


def test_one_after_the_other_on_one_socket():
    socket = VisitorConsumer()
    meetings.meetings.look_at_frame(socket, {"type": "message", "text": ADA})
    assert not meetings.meetings.all()

    meetings.meetings.look_at_frame(socket, {"type": "message", "text": BOB})

    assert meetings.meetings.all() == ["a socket, with message: ada, bob"]


def test_each_in_a_place_of_their_own_is_no_meeting():
    for text in (ADA, BOB):
        meetings.meetings.look_at_frame(VisitorConsumer(), {"type": "message", "text": text})
        meetings.meetings.look_at_response(asked_by(), HttpResponse(text))
        ModelRequest(None, [{"role": "user", "content": text}], 10)

    assert meetings.meetings.all() == []


@pytest.mark.django_db
def test_the_company_may_see_both_at_once():
    for request in (asked_by(factories.agent()), asked_by(authorization="Bearer key")):
        meetings.meetings.look_at_response(request, HttpResponse(ADA + BOB))

    assert meetings.meetings.all() == []
