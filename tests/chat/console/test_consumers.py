"""The agents' socket, through the real routing, over sessions that really exist."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.models import User
from chat import services
from chat.console import consumers
from chat.console.consumers import RECHECK_SECONDS
from chat.console.origins import is_own_origin
from chat.models import Conversation
from chat.routing import websocket_urlpatterns
from tests import factories
from tests.chat.conftest import in_database, token_for
from tests.chat.console.conftest import PRIVATE

pytestmark = pytest.mark.django_db(transaction=True)

SIGNED_OUT = 4401
Sockets = Callable[..., Awaitable[WebsocketCommunicator]]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def socket(cookie: str = "", origin: str = "", host: str = "testserver") -> WebsocketCommunicator:
    headers = [(b"host", host.encode()), (b"origin", (origin or settings.PUBLIC_URL).encode())]
    if cookie:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/console/", headers)


@pytest.fixture
async def sockets() -> AsyncIterator[Sockets]:
    """Opens consoles, and closes them afterwards."""
    opened: list[WebsocketCommunicator] = []

    async def open_one(user: User, watch: Conversation | None = None) -> WebsocketCommunicator:
        console = socket(await in_database(session_of)(user))
        connected, _ = await console.connect()
        assert connected
        opened.append(console)
        if watch:
            await console.send_json_to({"type": "watch", "conversation": watch.pk})
            # Frames are handled in order: an answer to nothing shows that this one was.
            assert await console.receive_nothing(0.1)
        return console

    yield open_one
    for console in opened:
        await console.disconnect()


@pytest.fixture
def conversation(talk, customer) -> Conversation:
    return talk("Hello", customer=customer)


async def until(console: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    while (frame := await console.receive_json_from(timeout=5))["type"] != kind:
        pass
    return frame


async def closing_code(console: WebsocketCommunicator) -> int:
    closing = await console.receive_output(timeout=2)
    assert closing["type"] == "websocket.close"
    return closing["code"]


# --- The door ------------------------------------------------------------------------------


async def test_visitors_are_refused(db):
    connected, _ = await socket().connect()

    assert not connected


async def test_users_who_are_no_staff_are_refused(outsider):
    connected, _ = await socket(await in_database(session_of)(outsider)).connect()

    assert not connected


async def test_staff_without_the_permission_are_refused(db):
    editor = await in_database(factories.staff_member)("editor", "chat.view_conversation")

    connected, _ = await socket(await in_database(session_of)(editor)).connect()

    assert not connected


async def test_pages_of_other_sites_are_refused(agent):
    cookie = await in_database(session_of)(agent)

    for origin in ("https://evil.example", "http://testserver:8001", "null", "http://testserver.evil.example"):
        connected, _ = await socket(cookie, origin).connect()
        assert not connected, origin


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://127.0.0.1:8000", "elsewhere", True),
        ("http://localhost:8001", "localhost:8001", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://evil.example", "evil.example", False),
        ("http://[bad", "localhost", False),
        ("", "localhost", False),
        ("", "", False),
    ],
)
def test_own_pages_are_those_of_the_public_address_or_of_this_very_host(settings, origin: str, host: str, own: bool):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

    assert is_own_origin(origin, host) is own


# --- What it says --------------------------------------------------------------------------


async def test_it_says_which_conversation_changed(sockets: Sockets, agent, conversation):
    console = await sockets(agent)

    await in_database(services.request_person)(conversation.pk)

    assert await until(console, "changed") == {"type": "changed", "conversation": conversation.pk}


async def test_it_shows_the_answer_of_the_watched_conversation_only(sockets: Sockets, agent, conversation, talk):
    other = await in_database(talk)("Other")
    console = await sockets(agent, watch=conversation)
    frame = {"type": "answer.delta", "message": "m", "offset": 0, "text": "Hi"}

    for watched in (other, conversation):
        await get_channel_layer().group_send(
            f"visitors.{watched.pk}", {"type": "answer.frame", "frame": {**frame, "id": watched.pk}}
        )

    assert (await until(console, "answer"))["frame"]["id"] == conversation.pk


async def test_watching_in_the_middle_asks_for_what_was_said(sockets: Sockets, agent, conversation):
    posted = await in_database(services.post_message)(conversation.pk, "q2", "And now?")
    writer = await get_channel_layer().new_channel()
    await get_channel_layer().group_add(f"answer.{posted.answer.pk}", writer)

    await sockets(agent, watch=conversation)

    assert (await get_channel_layer().receive(writer))["type"] == "answer.replay"


@pytest.mark.parametrize(
    "raw", ["{", "[]", "1", '{"type": 3}', '{"type": "watch"}', '{"type": "watch", "conversation": "x"}']
)
async def test_what_it_does_not_understand_it_leaves_unheard(sockets: Sockets, agent, conversation, raw: str):
    console = await sockets(agent)

    await console.send_to(text_data=raw)
    await in_database(services.request_person)(conversation.pk)

    assert (await until(console, "changed"))["conversation"] == conversation.pk


# --- Typing --------------------------------------------------------------------------------


async def test_visitors_see_that_an_agent_types_and_the_agent_does_not(
    sockets: Sockets, agent, colleague, conversation
):
    visitor = await get_channel_layer().new_channel()
    await get_channel_layer().group_add(f"visitors.{conversation.pk}", visitor)
    console = await sockets(agent, watch=conversation)
    beside = await sockets(colleague, watch=conversation)

    await console.send_json_to({"type": "typing"})

    heard = await get_channel_layer().receive(visitor)
    assert (heard["type"], heard["author"]) == ("agent.typing", "Ines")
    assert await until(beside, "colleague") == {"type": "colleague", "author": "Ines"}
    assert await console.receive_nothing()


async def test_agents_see_that_a_visitor_types(sockets: Sockets, agent, conversation):
    console = await sockets(agent)

    await get_channel_layer().group_send("agents", {"type": "visitor.typing", "conversation": conversation.pk})

    assert await until(console, "typing") == {"type": "typing", "conversation": conversation.pk}


# --- Rights that end -----------------------------------------------------------------------


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def demote(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=False)


def change_password(user: User) -> None:
    user.set_password("another one")
    user.save()


def sign_out(user: User) -> None:
    Session.objects.all().delete()


def lose_permission(user: User) -> None:
    user.user_permissions.clear()


ENDS = [deactivate, demote, change_password, sign_out, lose_permission]


@pytest.mark.parametrize("end", ENDS)
async def test_rights_that_end_end_at_the_next_event(sockets: Sockets, agent, conversation, end):
    console = await sockets(agent, watch=conversation)
    await in_database(end)(agent)

    await in_database(services.request_person)(conversation.pk)

    assert await closing_code(console) == SIGNED_OUT


@pytest.mark.parametrize("end", ENDS)
async def test_and_within_two_seconds_where_nothing_happens(sockets: Sockets, agent, end):
    console = await sockets(agent)
    await in_database(end)(agent)

    assert await closing_code(console) == SIGNED_OUT


async def test_without_a_second_factor_that_is_demanded_it_does_not_open(agent, settings):
    settings.STAFF_MFA = "required"

    connected, _ = await socket(await in_database(session_of)(agent)).connect()

    assert not connected


async def test_it_closes_when_the_second_factor_is_taken_away(sockets: Sockets, agent, settings):
    settings.STAFF_MFA = "required"
    cookie = await in_database(session_of)(agent)
    await in_database(show_second_factor)(agent, cookie)
    console = socket(cookie)
    connected, _ = await console.connect()
    assert connected

    await in_database(Authenticator.objects.all().delete)()

    assert await closing_code(console) == SIGNED_OUT


def show_second_factor(user: User, cookie: str) -> None:
    TOTP.activate(user, generate_totp_secret())
    session = SessionStore(cookie)
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


async def test_a_socket_whose_rights_last_stays_open(sockets: Sockets, agent):
    console = await sockets(agent)

    assert await console.receive_nothing(RECHECK_SECONDS * 1.5)


async def test_and_at_the_next_frame(sockets: Sockets, agent, conversation):
    console = await sockets(agent)
    await in_database(deactivate)(agent)

    await console.send_json_to({"type": "watch", "conversation": conversation.pk})

    assert await closing_code(console) == SIGNED_OUT


# --- What agents do reaches visitors, and nothing else does -----------------------------------


async def test_the_visitors_frames_follow_the_agent_and_hold_no_private_note(agent, talk, customer, visit, widget):
    visitor = await visit(token=token_for(customer, widget))
    row = await in_database(Conversation.objects.get)(public_id=visitor.ready["conversation"])
    desk = Client()
    await in_database(desk.force_login)(agent)
    frames = []

    for action, data in (
        ("take-over", {}),
        ("reply", {"text": "Good morning", "client_id": "r1"}),
        ("give-back", {}),
        ("resolve", {}),
    ):
        await in_database(desk.get)(f"/console/conversations/{row.pk}/customer/")
        await in_database(desk.post)(f"/console/conversations/{row.pk}/{action}/", data)
        if action != "reply":
            frames.append(await visitor.until("mode"))
        else:
            frames.append(await visitor.until("message"))

    assert [frame.get("mode") for frame in frames] == ["human", None, "bot", "resolved"]
    assert (frames[0]["agent"], frames[1]["text"], frames[1]["author"]) == ("Ines", "Good morning", "Ines")
    assert PRIVATE not in str(frames)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_a_console_that_cannot_be_checked_is_told_to_come_again(sockets, agent, monkeypatch, error):
    def away(*_: object) -> bool:
        raise error("connection already closed")

    monkeypatch.setattr(consumers, "is_still_here", away)
    console = await sockets(agent)

    output = await console.receive_output(timeout=RECHECK_SECONDS + 1)

    assert (output["type"], output["code"]) == ("websocket.close", consumers.TRY_AGAIN)
