"""What every embedder promises."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import numpy as np
import pytest

from knowledge.embedders import Vectors, get_embedder
from knowledge.embedders.hashing import HashingEmbedder
from knowledge.embedders.openai import OpenAIEmbedder
from knowledge.errors import EmbeddingError
from tests.knowledge.embedders.endpoint import embeddings_endpoint

TEXTS = [
    "How do I reset my password?",
    "Refunds take five days.",
    "word " * 400,
    "Größe, 大小, 👨‍👩‍👧",
    "short",
] * 3


@pytest.fixture(params=["minilm", "hashing", "remote-model"])
def embedder(request, settings):
    if request.param != "remote-model":
        yield get_embedder(request.param)
        return
    with embeddings_endpoint() as url:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = url, "key"
        yield OpenAIEmbedder(request.param)


def test_every_text_gets_a_vector_of_length_one(embedder):
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(embedder):
    together = embedder.embed(TEXTS)

    np.testing.assert_allclose(embedder.embed([TEXTS[1]])[0], together[1], atol=1e-4)


def test_a_query_is_embedded_like_a_text_and_remembered(embedder):
    query = embedder.embed_query("refunds")

    np.testing.assert_allclose(query, embedder.embed(["refunds"])[0], atol=1e-4)
    assert embedder.embed_query("refunds") is query


def test_longer_texts_have_more_tokens(embedder):
    assert 0 < embedder.count_tokens("one") < embedder.count_tokens("one two three four five")


class Slow(HashingEmbedder):
    """Lets two ask for the same at the same time, and counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.both_ask = Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        self.both_ask.wait(5)
        if "broken" in texts:
            raise EmbeddingError("away")
        return super().embed(texts)


def test_what_another_thread_is_embedding_is_not_embedded_again():
    embedder = Slow()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(embedder.embed_queries, ["one", "two"])
        while not embedder.asked:
            sleep(0.001)
        second = pool.submit(embedder.embed_queries, ["two", "three"])
        while "three" not in embedder.asked:
            sleep(0.001)
        embedder.both_ask.set()

    assert embedder.asked == ["one", "two", "three"]
    assert second.result()["two"] is first.result()["two"]


def test_whoever_waits_for_a_vector_hears_that_it_failed_and_the_next_tries_again():
    embedder = Slow()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(embedder.embed_query, "broken")
        while not embedder.asked:
            sleep(0.001)
        second = pool.submit(embedder.embed_query, "broken")
        embedder.both_ask.set()

    for failed in (first, second):
        with pytest.raises(EmbeddingError):
            failed.result()
    with pytest.raises(EmbeddingError):
        embedder.embed_query("broken")
    assert not embedder.due
