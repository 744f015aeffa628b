"""Any endpoint that speaks OpenAI's embeddings protocol. Imported only when it is chosen: the SDK takes a second."""

import json
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import openai
import toktok
from django.conf import settings

from knowledge.embedders.base import Embedder, Vectors, normalised
from knowledge.embedders.pace import Pace
from knowledge.errors import EmbeddingError

TIMEOUT = 30
# Somebody waits for the answer to a question; without its vector the words are searched.
QUERY_TIMEOUT = 3
BATCH_SIZE = 128
PASSING_TROUBLE = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)


class OpenAIEmbedder(Embedder):
    def __init__(self, model: str) -> None:
        super().__init__()
        self.name = model
        self.client = openai.OpenAI(
            api_key=settings.OPENAI_API_KEY or "none", base_url=settings.OPENAI_BASE_URL, timeout=TIMEOUT
        )
        self.pace = Pace(settings.EMBEDDING_REQUESTS_PER_MINUTE, settings.EMBEDDING_TOKENS_PER_MINUTE)

    @cached_property
    def dimension(self) -> int:
        return int(self.embed(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        batches = [texts[start : start + BATCH_SIZE] for start in range(0, len(texts), BATCH_SIZE)]
        return np.concatenate([self.embed_batch(batch) for batch in batches])

    def embed_batch(self, texts: Sequence[str]) -> Vectors:
        self.pace.wait_for(sum(map(self.count_tokens, texts)))
        return request(self.client, self.name, texts)

    def count_tokens(self, text: str) -> int:
        return int(toktok.batch_count([text], "cl100k_base", threads=1)[0])

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        impatient = self.client.with_options(timeout=QUERY_TIMEOUT, max_retries=0)
        return request(impatient, self.name, texts)


def request(client: openai.OpenAI, model: str, texts: Sequence[str]) -> Vectors:
    try:
        response = client.embeddings.create(model=model, input=list(texts))
        rows = sorted(response.data, key=lambda row: row.index)
        vectors = np.array([row.embedding for row in rows], dtype=np.float32)
    except PASSING_TROUBLE as error:
        raise EmbeddingError("The embedding service does not answer.", retryable=True) from error
    except openai.OpenAIError as error:
        raise EmbeddingError(f"The embedding service refused the request ({type(error).__name__}).") from error
    except (AttributeError, TypeError, ValueError, json.JSONDecodeError) as error:
        # A gateway's error page with status 200 reaches us as text.
        raise EmbeddingError("The embedding service answered with something else.", retryable=True) from error
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise EmbeddingError("The embedding service answered with something else.", retryable=True)
    return normalised(vectors)
