"""A shop whose every secret is a word of its own, a model that obeys everybody, and a watch over all that goes out.

Every test in this folder fails if any of it reached somebody it is not for, whatever else the test is about.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer, Order, Ticket
from chat import services
from chat.models import Conversation, Widget
from knowledge.models import Collection
from tests import factories
from tests.canaries import fill_shelves
from tests.chat.conftest import ORIGIN, Visitor, token_for, warm_up
from tests.chat.hostile.model import HOSTILE, HostileModel
from tests.chat.hostile.watch import Watch, watching
from tests.chat.llm.model_server import model_server
from tests.record_canaries import customer_of_canaries

API_KEY = "canary-api-key"


@pytest.fixture
def widget(settings) -> Widget:
    """Somebody has given it all collections there are, those of the staff among them."""
    settings.EMBEDDING_MODEL = "hashing"
    fill_shelves()
    widget = Widget.objects.create(name="Help", origins=[ORIGIN])
    factories.signing_key(widget)
    widget.collections.set(Collection.objects.all())
    return widget


@pytest.fixture
def ada(widget: Widget) -> Customer:
    return customer_of_canaries("ada")


@pytest.fixture
def bob(widget: Widget) -> Customer:
    """His numbers are known to whoever attacks him; what they lead to is not."""
    bob = customer_of_canaries("bob")
    Order.objects.filter(customer=bob).update(number="BR-2")
    Ticket.objects.filter(customer=bob, number__contains="-ticket").update(number="T-2")
    said = services.start_conversation(widget, factories.actor(bob), {}).conversation
    services.post_message(said.pk, "1", "How long does a refund take? canary-bob-conversation-")
    Conversation.objects.filter(pk=said.pk).update(summary="canary-bob-summary-")
    return bob


@pytest.fixture
async def model(settings) -> AsyncIterator[HostileModel]:
    settings.OPENAI_API_KEY = API_KEY
    async with model_server(HostileModel()) as running:
        settings.OPENAI_BASE_URL = running.url
        settings.CHAT_FIRST_TOKEN_SECONDS = settings.CHAT_SILENCE_SECONDS = settings.CHAT_TOTAL_SECONDS = 30
        await warm_up(running)
        settings.CHAT_MODEL = HOSTILE
        yield running


@pytest.fixture(autouse=True)
def watch(settings, model: HostileModel, widget: Widget, ada: Customer, bob: Customer) -> Iterator[Watch]:
    """Looks through everything after each test."""
    with watching() as watch:
        watch.secrets = {API_KEY, settings.SECRET_KEY, factories.SECRET}
        watch.requests = model.requests
        yield watch
    if leaks := watch.leaks():
        pytest.fail(f"Seen where it must not be: {leaks}")


@pytest.fixture(autouse=True)
def every_message_is_a_turn(monkeypatch):
    monkeypatch.setattr(services, "BURST", timedelta(0))


@pytest.fixture
def visit_as_ada(visit, watch: Watch, widget: Widget, ada: Customer) -> Callable[..., Awaitable[Visitor]]:
    async def visit_signed_in(**fields: Any) -> Visitor:
        watch.actor = "customer"
        visitor: Visitor = await visit(token=token_for(ada, widget), **fields)
        return visitor

    return visit_signed_in
