"""The permission matrix of both sockets: every type of frame, sent by everybody, with ids that are Ada's."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import pytest
from channels.testing import WebsocketCommunicator
from django.apps import apps

from accounts.models import AuditEntry, Customer, User
from chat import running, services
from chat.console.consumers import HANDLERS as CONSOLE_HANDLERS
from chat.consumers import HANDLERS
from chat.models import Message, PendingAction
from chat.records import Answer
from tests import factories
from tests.chat.conftest import ORIGIN, Visitor, in_database, token_for
from tests.chat.console.test_consumers import session_of, socket
from tests.record_canaries import found
from tests.supportbot.permissions.cast import customer_called, members, sessions_of
from tests.supportbot.permissions.company import everything_of
from tests.supportbot.permissions.policy import (
    AGENT,
    ANONYMOUS,
    BEFORE_HELLO,
    CONSOLE_FRAMES,
    CUSTOMER,
    DEACTIVATED,
    FRAMES,
    LOST,
    OTHER_CUSTOMER,
    VISITOR,
)

pytestmark = pytest.mark.django_db(transaction=True)
# Whose doings change what the next would find come last.
ROLES = [BEFORE_HELLO, VISITOR, OTHER_CUSTOMER, CUSTOMER, DEACTIVATED]
MARK = {"type": "no such type"}


class Shop:
    """Ada and Bob, a conversation of each, and of Ada's something of everything that a frame can name."""

    def __init__(self) -> None:
        self.widget = factories.widget(name="Help", origins=[ORIGIN])
        factories.signing_key(self.widget)
        self.ada, self.bob = (customer_called(name, self.widget) for name in ("ada", "bob"))
        self.sessions = sessions_of(self.widget, {"ada": self.ada, "bob": self.bob})
        theirs = self.sessions["ada"].conversation
        answers = Message.objects.filter(conversation=theirs, role="bot")
        finished = answers.earliest("pk")
        services.post_message(theirs.pk, "q2", "And what of the other?")
        failed = answers.latest("pk")
        services.finish_answer(failed.pk, Answer(text="", status="failed"))
        self.ids = {
            "finished": str(finished.public_id),
            "failed": str(failed.public_id),
            "action": str(PendingAction.objects.get(conversation=theirs).public_id),
            "image": str(theirs.attachments.get(message=None).public_id),
        }

    def hello(self, role: str) -> dict[str, Any]:
        if role == VISITOR:
            return {}
        customer, name = (self.bob, "bob") if role == OTHER_CUSTOMER else (self.ada, "ada")
        return {"token": token_for(customer, self.widget), "session": self.sessions[name].secret}

    def frame(self, kind: str) -> dict[str, Any]:
        fields: dict[str, dict[str, Any]] = {
            "message": {"id": "new", "text": "Look at this.", "attachments": [self.ids["image"]]},
            "stop": {"message": self.ids["finished"]},
            "retry": {"message": self.ids["failed"]},
            "feedback": {"message": self.ids["finished"], "rating": "down", "comment": "Changed"},
            "confirm": {"action": self.ids["action"], "approve": False},
            "read": {"seq": 1},
            "verify": {"email": self.ada.email},
        }
        return {"type": kind, **fields.get(kind, {})}


def all_rows() -> list[Any]:
    models = [model for label in ("accounts", "chat", "knowledge") for model in apps.get_app_config(label).get_models()]
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


@pytest.fixture
def shop(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    # Every message is a turn of its own.
    monkeypatch.setattr(services, "BURST", timedelta(0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return Shop()


Opener = Callable[[str], Awaitable[Visitor]]


@pytest.fixture
async def open_as(shop: Shop) -> AsyncIterator[Opener]:
    opened: list[Visitor] = []

    async def open_one(role: str) -> Visitor:
        visitor = Visitor(shop.widget)
        opened.append(visitor)
        if role == BEFORE_HELLO:
            await visitor.connect()
            return visitor
        await visitor.hello(**shop.hello(role))
        await until_mark(visitor)
        if role == DEACTIVATED:
            await in_database(Customer.objects.filter(pk=shop.ada.pk).update)(is_active=False)
        return visitor

    yield open_one
    while running._running:
        await asyncio.wait(set(running._running), timeout=5)
    for visitor in opened:
        # A socket that the server has closed is gone already.
        with suppress(asyncio.CancelledError):
            await visitor.disconnect()


async def until_mark(visitor: Visitor) -> list[dict[str, Any]]:
    """What comes before the answer to a frame that is about nothing. A closing is something, too."""
    await visitor.send_json_to(MARK)
    said: list[dict[str, Any]] = []
    while (said[-1] if said else {}).get("code") != "unknown_type":
        output = await visitor.receive_output(timeout=5)
        if output["type"] == "websocket.close":
            return [*said, {"type": "closed"}]
        said.append(json.loads(output["text"]))
    return said[:-1]


def is_refused(said: list[dict[str, Any]]) -> bool:
    return any(reply["type"] in ("error", "closed") or reply.get("state") in ("refused", "off") for reply in said)


def test_every_frame_has_a_policy():
    kinds = {get_args(frame.model_fields["type"].annotation)[0] for frame in HANDLERS}

    assert FRAMES.keys() == kinds, "Who may send it? FRAMES in policy.py has to say so."
    assert CONSOLE_FRAMES.keys() == CONSOLE_HANDLERS.keys(), "CONSOLE_FRAMES in policy.py has to say who may send it."


@pytest.mark.parametrize("kind", FRAMES)
async def test_each_frame_does_something_only_for_whoever_may_send_it(shop, open_as, kind):
    for role in ROLES:
        visitor = await open_as(role)
        rows, hers = await in_database(all_rows)(), await in_database(everything_of)(shop.ada)

        await visitor.send_json_to(shop.frame(kind))
        said = await until_mark(visitor)

        assert is_refused(said) == (role not in FRAMES[kind]), f"{role}: {said}"
        if is_refused(said):
            assert await in_database(all_rows)() == rows, role
        if role != CUSTOMER:
            assert await in_database(everything_of)(shop.ada) == hers, role
            assert not found("ada", str(said)), role


async def console_as(role: str, people: dict[str, User]) -> tuple[WebsocketCommunicator, bool]:
    member = people.get(AGENT if role == LOST else role)
    console = socket(await in_database(session_of)(member) if member else "")
    connected, _ = await console.connect()
    if role == LOST and member:
        await in_database(member.groups.clear)()
    return console, connected


@pytest.mark.parametrize("kind", CONSOLE_FRAMES)
async def test_the_agents_socket_hears_whoever_may_use_the_console(shop, kind):
    people = await in_database(members)()
    conversation = shop.sessions["ada"].conversation

    for role in (ANONYMOUS, *people, LOST):
        console, connected = await console_as(role, people)
        assert connected == (role in CONSOLE_FRAMES[kind] or role == LOST), role
        if connected:
            looks = await in_database(AuditEntry.objects.count)()
            await console.send_json_to({"type": kind, "conversation": conversation.pk})
            if role == LOST:
                assert (await console.receive_output(timeout=5))["type"] == "websocket.close"
                assert await in_database(AuditEntry.objects.count)() == looks
            else:
                assert await console.receive_nothing(0.1), role
                await console.disconnect()
