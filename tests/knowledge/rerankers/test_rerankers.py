import pytest

from knowledge.errors import RerankingError
from knowledge.rerankers import get_reranker
from knowledge.rerankers.http import HttpReranker
from tests.knowledge.rerankers.endpoint import rerank_endpoint

TEXTS = ["Invoices come by mail.", "A refund takes five days.", ""]


@pytest.fixture(params=["words", "remote-model"])
def reranker(request, settings):
    """Every engine behind the contract."""
    with rerank_endpoint() as url:
        settings.RERANK_MODEL, settings.RERANK_URL = request.param, url
        yield get_reranker()


def test_the_text_that_answers_has_the_highest_score(reranker):
    scores = reranker.scores("How many days does a refund take?", TEXTS)

    assert len(scores) == len(TEXTS)
    assert max(scores) == scores[1]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b""),
        (401, b"{}"),
        (200, b"<html>Please log in</html>"),
        (200, b"[]"),
        (200, b'{"results": []}'),
        (200, b'{"results": [{"index": 0, "relevance_score": NaN}]}'),
    ],
)
def test_every_fault_is_one_named_error(status, body):
    with rerank_endpoint(status, body) as url, pytest.raises(RerankingError, match="reranker at http"):
        HttpReranker("m", url).scores("hello", ["text"])


def test_nobody_listening_is_the_same_error():
    with rerank_endpoint() as url:
        pass

    with pytest.raises(RerankingError):
        HttpReranker("m", url).scores("hello", ["text"])


def test_there_is_none_unless_one_is_chosen():
    assert get_reranker() is None
