"""How near texts are to a question, by the same embedder that search uses."""

from collections.abc import Sequence

from django.conf import settings

from knowledge.embedders import get_embedder


def similarities(question: str, texts: Sequence[str]) -> list[float]:
    """The cosine of each text with the question. Raises EmbeddingError when the embedder cannot be reached."""
    if not texts:
        return []
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    scores: list[float] = (embedder.embed_now(texts) @ embedder.embed_query(question)).tolist()
    return scores
