"""A real Redis that ends in the middle of a conversation: messages, counters and answers."""

from collections.abc import Iterator
from time import monotonic

import pytest
import redis
from channels.layers import channel_layers
from django.test import override_settings

from accounts.actors import VISITOR
from chat import services
from chat.models import Conversation
from chat.phrases import phrase
from tests import servers
from tests.chat.conftest import in_database

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "In how many business days does a refund reach my card?"


@pytest.fixture
def own_redis(widget) -> Iterator[redis.Redis]:
    """For this test alone, which may end it."""
    try:
        url = servers.start_redis()
    except servers.NotInstalled as error:
        pytest.skip(str(error))
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": url, "socket_timeout": None}]},
    }
    with override_settings(CACHES={"default": cache}, CHANNEL_LAYERS={"default": layer}):
        channel_layers.backends.clear()
        yield redis.Redis.from_url(url)
    channel_layers.backends.clear()


async def test_when_redis_ends_in_the_middle_the_model_rests_and_the_chat_goes_on(visit, model, own_redis, monkeypatch):
    monkeypatch.setattr("chat.consumers.LOOK_AGAIN_SECONDS", 0.5)
    visitor = await visit()
    first = await visitor.ask(QUESTION)
    own_redis.shutdown(nosave=True)

    second = await visitor.ask(QUESTION, id="q2")

    assert not first["text"].startswith(phrase("over_limit", "en"))
    assert second["text"].startswith(phrase("over_limit", "en"))
    assert "5 to 10 business days" in second["text"]
    assert len(model.requests) == 1


async def test_a_redis_that_hangs_holds_up_nobody_elses_work_in_the_database(visit, own_redis):
    visitor = await visit()
    conversation = await in_database(Conversation.objects.get)()
    own_redis.client_pause(1_500)
    started = monotonic()

    await in_database(services.request_person)(conversation.pk)

    assert monotonic() - started < 1
    assert (await visitor.until("mode"))["mode"] == "waiting"


def test_whoever_has_no_loop_waits_for_a_redis_that_hangs_no_longer_than_two_seconds(widget, own_redis):
    conversation = services.start_conversation(widget, VISITOR, {}).conversation
    own_redis.client_pause(10_000)
    started = monotonic()

    services.request_person(conversation.pk)

    assert 1.5 < monotonic() - started < 3.5
