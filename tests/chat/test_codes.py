"""Codes on their way through a mail server that works, hangs, or drops what it has taken."""

import re
from collections.abc import Iterator

import pytest

from accounts.actors import VISITOR
from chat import services, tasks, verifying
from chat.errors import CodeRefused
from chat.models import Conversation, VerificationCode
from tests import factories
from tests.mail_server import MailServer, mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ADDRESS = "ada@example.com"
TRIES = 5


@pytest.fixture
def post(settings) -> Iterator[MailServer]:
    settings.EMAIL_TIMEOUT /= 100
    with mail_server() as server:
        yield server


@pytest.fixture
def conversation() -> Conversation:
    """Of Ada, who waits for her code."""
    factories.customer(email=ADDRESS)
    conversation = services.start_conversation(factories.widget(name="Help"), VISITOR, {}).conversation
    verifying.request_code(conversation.pk, ADDRESS)
    return conversation


def bring() -> str:
    """What the worker does, tries again included; how that ended."""
    state: str = tasks.mail_code.apply((VerificationCode.objects.get().pk,)).state
    return state


def codes_in(server: MailServer) -> list[str]:
    return [code for mail in server.mails for code in re.findall(r"\b\d{6}\b", mail.get_content())]


def test_a_mail_server_takes_it_and_the_code_is_good(post, conversation):
    assert bring() == "SUCCESS"

    (mail,) = post.mails
    assert mail["To"] == ADDRESS
    (code,) = codes_in(post)
    assert verifying.enter_code(conversation.pk, code)[0].is_verified


def test_one_that_hangs_is_asked_a_few_times_and_then_left_alone(post, conversation):
    post.mode = "hangs"

    assert bring() == "FAILURE"
    assert post.calls == TRIES


def test_the_code_that_one_took_before_it_hung_up_is_good_in_every_mail(post, conversation):
    post.mode = "drops"

    assert bring() == "FAILURE"
    codes = codes_in(post)
    assert (len(codes), len(set(codes))) == (TRIES, 1)
    assert verifying.enter_code(conversation.pk, codes[-1])[0].is_verified


def test_the_mail_that_works_in_the_end_has_the_code_of_the_first(post, conversation):
    post.mode = "drops"
    bring()
    post.mode = "works"

    assert bring() == bring() == "SUCCESS"
    first, last = codes_in(post)[0], codes_in(post)[-1]
    assert (first, len(post.mails)) == (last, TRIES + 1)
    assert verifying.enter_code(conversation.pk, last)[0].is_verified


def test_another_request_brings_another_code(post, conversation):
    bring()
    verifying.request_code(conversation.pk, ADDRESS)
    bring()

    first, second = codes_in(post)
    assert first != second
    with pytest.raises(CodeRefused):
        verifying.enter_code(conversation.pk, first)
    assert verifying.enter_code(conversation.pk, second)[0].is_verified
