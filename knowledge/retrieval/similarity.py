"""How near texts are to a question, by the same embedder that search uses."""

from collections.abc import Sequence

from django.conf import settings

from knowledge.embedders import get_embedder


def similarities(question: str, texts: Sequence[str]) -> list[float]:
    """The cosine of each text with the question. Raises EmbeddingError when the embedder cannot be reached."""
    return similarities_of([question], texts)[0]


def similarities_of(questions: Sequence[str], texts: Sequence[str]) -> list[list[float]]:
    """The same for several questions: the texts are embedded once."""
    if not texts:
        return [[] for _ in questions]
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    vectors = embedder.embed_now(texts)
    return [(vectors @ embedder.embed_query(question)).tolist() for question in questions]
