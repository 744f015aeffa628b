import json

import pytest

from knowledge.embedders.openai import OpenAIEmbedder
from knowledge.errors import EmbeddingError
from tests.knowledge.embedders.endpoint import embeddings_endpoint

NOT_A_NUMBER = json.dumps({"data": [{"index": 0, "embedding": [float("nan"), 1.0]}], "model": "m"}).encode()
TOO_FEW = json.dumps({"data": [], "model": "m"}).encode()


@pytest.mark.parametrize(
    ("status", "body", "retryable"),
    [
        (503, b"", True),
        (429, b"{}", True),
        (401, b"{}", False),
        (400, b"{}", False),
        (200, b"<html>Please log in</html>", True),
        (200, TOO_FEW, True),
        (200, NOT_A_NUMBER, True),
    ],
)
def test_every_fault_is_one_named_error_that_says_whether_to_retry(settings, status, body, retryable):
    with embeddings_endpoint(status, body) as url:
        settings.OPENAI_BASE_URL = url
        with pytest.raises(EmbeddingError) as caught:
            OpenAIEmbedder("m").embed_query("hello")

    assert caught.value.retryable is retryable


def test_nobody_listening_is_worth_another_try(settings):
    with embeddings_endpoint() as url:
        settings.OPENAI_BASE_URL = url

    with pytest.raises(EmbeddingError) as caught:
        OpenAIEmbedder("m").embed_query("hello")

    assert caught.value.retryable
