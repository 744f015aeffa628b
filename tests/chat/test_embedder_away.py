"""Without vectors the words are searched, and answers still say where they come from."""

from collections import OrderedDict

import pytest

from knowledge.embedders import get_embedder
from knowledge.errors import EmbeddingError

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = "In how many business days does a refund reach my card?"


@pytest.fixture(autouse=True)
def _away(widget, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise EmbeddingError(retryable=True)

    embedder = get_embedder("hashing")
    monkeypatch.setattr(embedder, "embed", refuse)
    monkeypatch.setattr(embedder, "remembered", OrderedDict())


async def test_a_model_is_given_what_the_words_find(visit, model):
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    finished = await (await visit()).ask(ASKED)

    assert (finished["status"], finished["answered"]) == ("complete", True)
    assert [citation["title"] for citation in finished["citations"]] == ["Refunds › How long it takes"]


async def test_without_a_model_the_page_is_quoted(visit, settings):
    settings.CHAT_MODEL = "extractive"

    finished = await (await visit()).ask(ASKED)

    assert "5 to 10 business days" in finished["text"]
    assert finished["citations"]
