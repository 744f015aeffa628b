"""A service with the /rerank endpoint that Cohere, Jina, vLLM and text-embeddings-inference share."""

import math
from collections.abc import Sequence
from typing import Any

import httpx2
from django.conf import settings

from knowledge.errors import RerankingError

# Somebody waits; without it the order of the search stays.
TIMEOUT = 3


class HttpReranker:
    def __init__(self, model: str, url: str) -> None:
        headers = {"Authorization": f"Bearer {settings.RERANK_API_KEY}"} if settings.RERANK_API_KEY else {}
        self.model, self.url = model, url
        self.client = httpx2.Client(headers=headers, timeout=TIMEOUT, trust_env=False)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        request = {"model": self.model, "query": question, "documents": list(texts), "top_n": len(texts)}
        try:
            response = self.client.post(self.url, json=request)
            response.raise_for_status()
            return scores_of(response.json(), len(texts))
        except httpx2.HTTPError as error:
            raise RerankingError(f"The reranker at {self.url} does not answer.") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise RerankingError(f"The reranker at {self.url} answered with something else.") from error


def scores_of(answer: Any, count: int) -> list[float]:
    """``KeyError`` or the like unless every text has a number."""
    by_index = {int(row["index"]): float(row["relevance_score"]) for row in answer["results"]}
    scores = [by_index[index] for index in range(count)]
    if not all(map(math.isfinite, scores)):
        raise ValueError
    return scores
