"""A small help centre that is really ingested and indexed, a widget on it, and sockets to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.test import override_settings

from accounts.identity import issue_token
from accounts.models import Customer
from chat import running, tokens
from chat.llm import get_model
from chat.llm.completion import complete
from chat.llm.openai import Endpoint, OpenAIModel
from chat.llm.scripted import ScriptedModel
from chat.models import Widget
from chat.routing import websocket_urlpatterns
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection
from knowledge.services import save_document
from tests import factories
from tests.chat.llm.model_server import ModelServer, model_server
from tests.servers import free_port
from tests.subscriptions import team_plan

ORIGIN = "https://shop.example"

PAGES = {
    (
        "public",
        "refunds.md",
    ): "# Refunds\n\n## How long it takes\n\nA refund reaches your card in 5 to 10 business days.",
    ("public", "plans.md"): "# Plans\n\nThe Team plan costs 29 euros per month and has five seats.",
    ("customers", "credits.md"): "# Service credits\n\nAfter an outage customers get a credit of 15 percent.",
    ("staff", "battle-card.md"): "# Battle card\n\nAgainst Tillwise the discount floor is 24 euros per month.",
}


@pytest.fixture
def widget() -> Widget:
    """Its collections hold one page for everybody, one for customers, one for staff."""
    widget = Widget.objects.create(name="Help", origins=[ORIGIN], suggestions=["How long do refunds take?"])
    factories.signing_key(widget)
    for audience in ("public", "customers", "staff"):
        collection = Collection.objects.create(slug=audience, name=audience.title(), audience=audience)
        widget.collections.add(collection)
        pages = [(path, text) for (of, path), text in PAGES.items() if of == audience]
        ingest([save_document(collection=collection, path=path, content=text)[0].pk for path, text in pages])
        build_index(collection.pk)
    return widget


@pytest.fixture
def customer() -> Customer:
    customer = Customer.objects.create(external_id="cus_1", name="Ada Lovelace", time_zone="Europe/Berlin")
    team_plan(customer)
    ticket = customer.tickets.create(number="T-7", subject="Charged twice", status="pending")
    ticket.comments.create(author="Ines", kind="agent", is_public=True, text="We refunded the second charge of €29.00.")
    ticket.comments.create(author="Ines", kind="agent", is_public=False, text="CANARY-PRIVATE-NOTE")
    return customer


@pytest.fixture
def model(settings) -> ScriptedModel:
    settings.CHAT_MODEL = "scripted"
    scripted = get_model("scripted")
    assert isinstance(scripted, ScriptedModel)
    scripted.scripts.clear()
    scripted.requests.clear()
    scripted.gate = None
    scripted.takes_images = False
    return scripted


class OnceOpen(asyncio.Event):
    """The gate of a scripted model that lets the first stream through. ``holds`` is set when it holds the next."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = False
        self.holds = asyncio.Event()

    async def wait(self) -> Literal[True]:
        if not self.passed:
            self.passed = True
            return True
        self.holds.set()
        return await super().wait()


@pytest.fixture
async def server(settings) -> AsyncIterator[ModelServer]:
    """A real endpoint for models, which fails as their names say. Slow machines are no faults of theirs."""
    settings.OPENAI_API_KEY = "key"
    async with model_server(ModelServer()) as running:
        settings.OPENAI_BASE_URL = running.url
        settings.CHAT_FIRST_TOKEN_SECONDS = settings.CHAT_SILENCE_SECONDS = settings.CHAT_TOTAL_SECONDS = 30
        await warm_up(running)
        yield running


# The deadline that each kind of slowness must meet.
DEADLINES = {
    "never": ("CHAT_FIRST_TOKEN_SECONDS", 1),
    "idle": ("CHAT_FIRST_TOKEN_SECONDS", 1),
    "stall": ("CHAT_SILENCE_SECONDS", 0.5),
    "drip": ("CHAT_TOTAL_SECONDS", 4),
}


def lose_patience(settings: Any, fault: str) -> None:
    if fault in DEADLINES:
        setattr(settings, *DEADLINES[fault])


async def warm_up(server: ModelServer) -> None:
    """The first request of a process takes seconds that are not the model's."""
    tokens.tokenizer_for("good").count("")
    await complete(OpenAIModel(Endpoint("good", server.url, "key")), [], 10, 30)
    server.requests.clear()
    server.keys.clear()


class Visitor(WebsocketCommunicator):
    """A browser's socket: says hello by itself, and waits for the frame it needs."""

    def __init__(self, widget: Widget, origin: str = ORIGIN, ip: str = "") -> None:
        headers = [(b"origin", origin.encode())] if origin else []
        super().__init__(URLRouter(websocket_urlpatterns), f"/ws/chat/?widget={widget.public_key}", headers)
        if ip:
            self.scope["client"] = (ip, 443)

    async def hello(self, **fields: Any) -> dict[str, Any]:
        connected, _ = await self.connect()
        assert connected
        await self.send_json_to({"type": "hello", **fields})
        return await self.until("ready")

    async def until(self, kind: str) -> dict[str, Any]:
        while (frame := await self.receive_json_from(timeout=5))["type"] != kind:
            pass
        return frame

    async def ask(self, text: str, id: str = "q1") -> dict[str, Any]:
        await self.send_json_to({"type": "message", "id": id, "text": text})
        return await self.until("answer.finished")


@pytest.fixture
async def visit(widget: Widget) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Opens sockets that have said hello, and closes them afterwards."""
    opened: list[Visitor] = []

    async def open_one(ip: str = "", **fields: Any) -> Visitor:
        visitor = Visitor(widget, ip=ip)
        opened.append(visitor)
        visitor.ready = await visitor.hello(**fields)
        return visitor

    yield open_one
    for visitor in opened:
        # A socket that the server has closed is gone already.
        with suppress(asyncio.CancelledError):
            await visitor.disconnect()


@pytest.fixture
def until_idle() -> Callable[[], Awaitable[None]]:
    """Waits for what is done after an answer was sent."""

    async def wait() -> None:
        while running._running:
            await asyncio.wait(set(running._running), timeout=5)

    return wait


def token_for(customer: Customer, widget: Widget, **changes: Any) -> str:
    key = {"secret": factories.SECRET, "kid": factories.KID, "audience": widget.public_key}
    return issue_token(customer.external_id, **{**key, **changes})


def without_redis() -> override_settings:
    """The counters are in a Redis that does not answer."""
    backend = "django.core.cache.backends.redis.RedisCache"
    return override_settings(CACHES={"default": {"BACKEND": backend, "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}})


in_database = database_sync_to_async
