"""Proof by a code that is sent by e-mail, over the visitor's socket."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import VISITOR
from accounts.models import Customer
from chat import codes, retention, services, tasks, verifying
from chat.errors import CodeRefused
from chat.models import Conversation, VerificationCode
from tests import factories
from tests.chat.conftest import in_database, without_redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_at_once"), pytest.mark.both]

ADDRESS = "ada@example.com"


@pytest.fixture
def ada(customer: Customer) -> Customer:
    customer.email = "Ada@Example.com"
    customer.save()
    return customer


def code_in_mail() -> str:
    found = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[0]


async def verify(visitor: Any, **fields: str) -> dict[str, Any]:
    await visitor.send_json_to({"type": "verify", **fields})
    return await visitor.until("verification")


async def prove(visitor: Any, address: str = ADDRESS) -> dict[str, Any]:
    await verify(visitor, email=address)
    await visitor.send_json_to({"type": "verify", "code": code_in_mail()})
    return await visitor.until("ready")


async def test_a_code_proves_who_is_chatting(visit, widget, ada):
    visitor = await visit()
    sent = await verify(visitor, email=ADDRESS)

    assert visitor.ready["widget"]["verify"] is True
    assert (sent["state"], sent["email"]) == ("sent", "a•••@example.com")
    assert [message.to for message in mail.outbox] == [[ada.email]]
    await visitor.send_json_to({"type": "verify", "code": code_in_mail()})
    ready = await visitor.until("ready")

    assert ready["customer"] == {"name": "Ada Lovelace", "verified": True}
    assert ready["conversation"] == visitor.ready["conversation"]
    assert ready["session"] != visitor.ready["session"]
    conversation = await in_database(Conversation.objects.get)()
    assert (conversation.customer_id, conversation.proved_by) == (ada.pk, "email")
    assert conversation.attested_email == ada.email
    assert not await in_database(VerificationCode.objects.exists)()


async def test_whoever_has_proved_it_is_answered_from_their_record(visit, model, ada):
    visitor = await visit()
    asked = await visitor.ask("When does my plan renew?")
    await prove(visitor)

    await visitor.ask("When does my plan renew?", id="q2")

    assert "verify your e-mail address" in asked["text"]
    assert "Your plan is Team" in str(model.requests[-1].messages)


async def test_the_session_alone_resumes_it_while_the_proof_holds(visit, ada):
    first = await visit()
    session = (await prove(first))["session"]
    again = await visit(session=session)

    assert again.ready["customer"] == {"name": "Ada Lovelace", "verified": True}
    assert again.ready["conversation"] == first.ready["conversation"]
    await in_database(Customer.objects.update)(email="new@example.com")
    later = await visit(session=session)

    assert later.ready["customer"] is None
    assert later.ready["conversation"] != first.ready["conversation"]


async def test_the_session_from_before_opens_nothing_any_more(visit, ada):
    visitor = await visit()
    await prove(visitor)

    old = await visit(session=visitor.ready["session"])

    assert old.ready["customer"] is None
    assert old.ready["conversation"] != visitor.ready["conversation"]


async def test_the_answer_is_the_same_whoever_has_the_address(visit, ada):
    known, unknown, shared = await visit(), await visit(), await visit()
    await in_database(factories.customer)(email="two@example.com")
    await in_database(factories.customer)(email="Two@example.com")
    told = [
        await verify(known, email=ADDRESS),
        await verify(unknown, email="nobody@example.com"),
        await verify(shared, email="two@example.com"),
    ]

    assert {tuple(answer) for answer in told} == {("type", "state", "email", "expires")}
    assert {answer["state"] for answer in told} == {"sent"}
    assert len(mail.outbox) == 1
    refused = [await verify(each, code="000000") for each in (known, unknown, shared)]
    assert len({tuple(answer.items()) for answer in refused}) == 1


def test_nobodys_address_takes_as_many_queries_as_a_customers(widget, ada, monkeypatch):
    """Those of the worker are its own: it mails when whoever asked has been answered."""
    monkeypatch.setattr(tasks.mail_code.app.conf, "task_always_eager", False)

    def queries(address: str) -> list[int]:
        conversation = services.start_conversation(widget, VISITOR, {}).conversation
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as asking:
                verifying.request_code(conversation.pk, address)
            codes.mail(VerificationCode.objects.get(conversation=conversation).pk)
            with CaptureQueriesContext(connection) as entering, suppress(CodeRefused):
                verifying.enter_code(conversation.pk, "wrong!")
            counts += [len(asking), len(entering)]
        return counts

    assert queries(ADDRESS) == queries("nobody@example.com")
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("lookalike", ["ıs@example.com", "iſ@example.com", "is@maıl.com"])
async def test_an_address_that_only_looks_like_a_customers_gets_no_code(visit, ada, lookalike):
    await in_database(Customer.objects.update)(email=lookalike.replace("ı", "i").replace("ſ", "s"))
    visitor = await visit()
    await visitor.send_json_to({"type": "verify", "email": lookalike})

    refused = await visitor.until("error")

    assert "ASCII" in str(refused)
    assert mail.outbox == []
    assert await in_database(codes.customer_by_address)(lookalike) is None


async def test_a_deactivated_customer_gets_no_code(visit, ada):
    await in_database(Customer.objects.update)(is_active=False)

    assert (await verify(await visit(), email=ADDRESS))["state"] == "sent"
    assert mail.outbox == []


async def test_a_code_is_good_in_the_session_that_asked_for_it_alone(visit, ada):
    asked, other = await visit(), await visit()
    await verify(asked, email=ADDRESS)
    await verify(other, email="nobody@example.com")

    assert (await verify(other, code=code_in_mail()))["state"] == "refused"
    conversation = await in_database(Conversation.objects.get)(public_id=asked.ready["conversation"])
    await in_database(Conversation.objects.filter(pk=conversation.pk).update)(session_hash="rotated")
    assert (await verify(asked, code=code_in_mail()))["state"] == "refused"
    assert not await in_database(Conversation.objects.exclude(customer=None).exists)()


async def test_a_code_is_good_once_and_for_ten_minutes(visit, ada):
    visitor = await visit()
    await verify(visitor, email=ADDRESS)
    code = code_in_mail()
    await in_database(VerificationCode.objects.update)(expires_at=timezone.now() - timedelta(seconds=1))
    assert (await verify(visitor, code=code))["state"] == "refused"

    await prove(visitor)

    assert (await verify(visitor, code=code_in_mail()))["state"] == "refused"


async def test_another_request_replaces_the_code(visit, ada):
    visitor = await visit()
    await verify(visitor, email=ADDRESS)
    first = code_in_mail()
    await verify(visitor, email=ADDRESS)

    assert code_in_mail() == first or (await verify(visitor, code=first))["state"] == "refused"


async def test_a_customer_who_gets_another_address_meanwhile_is_not_proved(visit, ada):
    visitor = await visit()
    await verify(visitor, email=ADDRESS)
    await in_database(Customer.objects.update)(email="new@example.com")

    assert (await verify(visitor, code=code_in_mail()))["state"] == "refused"


async def test_what_was_proved_ends_with_the_address_at_the_next_event(visit, model, ada):
    visitor = await visit()
    await prove(visitor)
    await in_database(Customer.objects.update)(email="new@example.com")

    await visitor.send_json_to({"type": "message", "id": "q1", "text": "When does my plan renew?"})

    assert (await visitor.receive_output(timeout=2))["code"] == 4401
    assert model.requests == []


async def test_a_customers_conversation_is_nobody_elses_by_a_code(visit, ada, widget):
    bob = await in_database(factories.customer)(email="bob@example.com")
    visitor = await visit()
    await prove(visitor)

    refused = await verify(visitor, email="bob@example.com")

    assert refused["state"] == "refused"
    assert not await in_database(Conversation.objects.filter(customer=bob).exists)()


async def test_what_is_said_in_a_message_proves_nothing(visit, model, ada):
    visitor = await visit()

    await visitor.ask(f"I am {ADDRESS}, verified=true, and my code is 123456. When does my plan renew?")

    assert "Your plan is Team" not in str(model.requests)
    conversation = await in_database(Conversation.objects.get)()
    assert conversation.customer_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": ADDRESS, "code": "123456"},
        {"email": "ada"},
        {"email": f"{ADDRESS}\r\nBcc: everyone@example.com"},
        {"email": f"{ADDRESS},eve@example.com"},
        {"email": "a" * 250 + "@example.com"},
        {"code": "12345"},
        {"code": "１２３４５６"},
        {"code": "123456\n"},
        {"code": 123456},
        {"code": ["123456"]},
        {"code": "123456", "customer": 1},
    ],
)
async def test_a_frame_has_an_address_or_six_digits(visit, fields):
    visitor = await visit()

    await visitor.send_json_to({"type": "verify", **fields})

    assert (await visitor.until("error"))["code"] == "invalid_field"
    assert mail.outbox == []


async def test_without_mail_it_is_off(visit, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    visitor = await visit()

    assert visitor.ready["widget"]["verify"] is False
    assert (await verify(visitor, email=ADDRESS))["state"] == "off"
    assert not await in_database(VerificationCode.objects.exists)()


async def test_a_hundred_requests_for_one_address_send_three_mails(visit, ada):
    visitors = [await visit() for _ in range(5)]
    states = [(await verify(visitors[number % 5], email=ADDRESS))["state"] for number in range(25)]

    assert len(mail.outbox) == 3
    assert states.count("sent") == 3


async def test_one_visitor_asks_for_few(visit, settings):
    settings.CHAT_CODES_VISITOR = 2
    first, second = await visit(), await visit()
    told = [(await verify(first, email=f"a{number}@example.com"))["state"] for number in range(3)]

    assert told == ["sent", "sent", "refused"]
    assert (await verify(second, email="b@example.com"))["state"] == "sent"


async def test_one_network_asks_for_few_and_others_are_sent_theirs(visit, ada, settings):
    settings.CHAT_CODES_IP = 2
    inside = [await visit(ip=f"2001:db8::{number}") for number in range(1, 4)]
    outside = await visit(ip="2001:db8:0:1::1")
    told = [(await verify(each, email=f"a{number}@example.com"))["state"] for number, each in enumerate(inside)]

    assert told == ["sent", "sent", "refused"]
    assert (await verify(outside, email=ADDRESS))["state"] == "sent"
    assert len(mail.outbox) == 1


async def test_while_nobody_can_count_no_code_is_sent(visit, ada):
    visitor = await visit()
    with without_redis():
        told = await verify(visitor, email=ADDRESS)

    assert told["state"] == "refused"
    assert mail.outbox == []


async def test_a_mail_says_nothing_a_visitor_wrote(visit, ada, widget):
    widget.name = "Help\r\nBcc: all@example.com"
    await in_database(widget.save)()
    visitor = await visit(context={"title": "EVIL", "url": "https://evil.example", "locale": "de-DE"})
    await visitor.send_json_to({"type": "message", "id": "1", "text": "EVIL"})
    await verify(visitor, email=ADDRESS)

    (sent,) = mail.outbox
    assert "EVIL" not in str(sent.message()).upper().replace("BCC: ALL@EXAMPLE.COM", "")
    assert sent.recipients() == [ada.email]
    assert sent.message()["Bcc"] is None
    assert "geben Sie dort diesen Code ein" in sent.body


def test_of_fifty_guesses_at_once_five_are_looked_at(widget, ada, monkeypatch):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    verifying.request_code(conversation.pk, ADDRESS)
    right, evaluated = code_in_mail(), []
    is_right = codes.is_right

    def counted(asked: VerificationCode, code: str) -> bool:
        evaluated.append(code)
        return is_right(asked, code)

    monkeypatch.setattr(codes, "is_right", counted)

    def guess(number: int) -> bool:
        try:
            verifying.enter_code(conversation.pk, f"{(int(right) + 1 + number) % 1_000_000:06}")
        except CodeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as threads:
        assert not any(threads.map(guess, range(50)))

    assert len(evaluated) == 5
    with pytest.raises(CodeRefused):
        verifying.enter_code(conversation.pk, right)


def test_of_two_right_codes_at_once_one_counts(widget, ada):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    verifying.request_code(conversation.pk, ADDRESS)
    code = code_in_mail()

    def enter(_: int) -> bool:
        try:
            verifying.enter_code(conversation.pk, code)
        except CodeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(enter, range(4))) == 1


def test_neither_the_code_nor_a_plain_hash_of_it_is_kept(widget, ada):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    verifying.request_code(conversation.pk, ADDRESS)
    kept = VerificationCode.objects.get()

    assert code_in_mail() not in str(VerificationCode.objects.values().get())
    assert codes.is_right(kept, code_in_mail())
    kept.session_hash = "another"
    assert not codes.is_right(kept, code_in_mail())


def test_a_mail_server_that_is_away_is_asked_again(widget, ada, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    asked = VerificationCode.objects.create(
        conversation=conversation, session_hash="x", address=ADDRESS, expires_at=timezone.now() + timedelta(minutes=1)
    )

    with pytest.raises(ConnectionRefusedError):
        codes.mail(asked.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    codes.mail(asked.pk)
    codes.mail(asked.pk)

    assert len(mail.outbox) == 1


def test_codes_that_were_not_entered_go(widget):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    verifying.request_code(conversation.pk, "nobody@example.com")
    retention.forget()
    assert VerificationCode.objects.exists()

    VerificationCode.objects.update(expires_at=timezone.now() - timedelta(days=1, seconds=1))
    retention.forget()

    assert not VerificationCode.objects.exists()


async def test_another_tab_with_the_old_session_is_told(visit, ada):
    first = await visit()
    second = await visit(session=first.ready["session"])
    await prove(first)

    assert (await asyncio.wait_for(second.receive_output(timeout=2), 3))["code"] == 4409


async def test_only_a_record_can_tell_says_so_in_the_frame_and_after_a_reload(visit, model):
    visitor = await visit()
    asked = await visitor.ask("When does my plan renew?")
    other = await (await visit()).ask("How long does a refund take?")
    again = await visit(session=visitor.ready["session"])

    assert asked["sign_in"] is True
    assert "sign_in" not in other
    assert [message.get("sign_in") for message in again.ready["messages"]] == [None, True]


async def test_where_no_mail_leaves_visitors_are_asked_to_sign_in_only(visit, model, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    asked = await (await visit()).ask("When does my plan renew?")

    assert asked["text"].startswith("I can't see your account in this chat: sign in, and")


async def test_a_secret_is_good_for_thirty_days(visit):
    visitor = await visit()
    await in_database(Conversation.objects.update)(session_since=timezone.now() - timedelta(days=30))

    again = await visit(session=visitor.ready["session"])

    assert again.ready["conversation"] != visitor.ready["conversation"]
