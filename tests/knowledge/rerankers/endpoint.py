"""A /rerank endpoint on this machine, and its faults."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from knowledge.rerankers.words import WordsReranker
from tests.endpoints import endpoint


def answer(asked: Any) -> bytes:
    """Best first, as these services do: the text is told by ``index``."""
    scores = enumerate(WordsReranker().scores(asked["query"], asked["documents"]))
    rows = [{"index": index, "relevance_score": score} for index, score in scores]
    return json.dumps({"results": sorted(rows, key=lambda row: -row["relevance_score"])}).encode()


@contextmanager
def rerank_endpoint(status: int = 200, body: bytes | None = None) -> Iterator[str]:
    with endpoint(answer, status, body) as url:
        yield f"{url}/rerank"
