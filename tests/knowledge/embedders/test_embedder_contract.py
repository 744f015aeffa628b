"""What every embedder promises."""

import numpy as np
import pytest

from knowledge.embedders import get_embedder
from knowledge.embedders.openai import OpenAIEmbedder
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
