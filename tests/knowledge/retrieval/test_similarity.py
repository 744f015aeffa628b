import pytest

from knowledge.embedders import get_embedder
from knowledge.retrieval.similarity import similarities
from tests.knowledge.embedders.endpoint import embeddings_endpoint


@pytest.fixture
def remote(settings):
    settings.EMBEDDING_MODEL = "similar-by-remote"
    with embeddings_endpoint() as settings.OPENAI_BASE_URL:
        yield get_embedder(settings.EMBEDDING_MODEL)


def test_nobody_who_waits_for_an_answer_waits_for_the_pace_of_ingestion(remote, monkeypatch):
    def wait(tokens: int) -> None:
        pytest.fail("waited")

    monkeypatch.setattr(remote.pace, "wait_for", wait)

    near, far = similarities("refunds take ten days", ["refunds take ten days", "open the window"])

    assert near > far
