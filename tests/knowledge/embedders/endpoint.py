"""An embeddings endpoint on this machine that speaks the protocol, and its faults."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from knowledge.embedders.hashing import HashingEmbedder
from tests.endpoints import endpoint


def answer(asked: Any) -> bytes:
    """In reverse: the order is told by ``index``."""
    rows = [
        {"object": "embedding", "index": index, "embedding": vector.tolist()}
        for index, vector in enumerate(HashingEmbedder().embed(asked["input"]))
    ]
    return json.dumps(
        {"object": "list", "model": "m", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    ).encode()


@contextmanager
def embeddings_endpoint(status: int = 200, body: bytes | None = None) -> Iterator[str]:
    with endpoint(answer, status, body) as url:
        yield f"{url}/v1"
