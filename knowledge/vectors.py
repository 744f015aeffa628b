"""The vectors of passages: computed once per model and content, kept in the database."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256

import numpy as np
from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from knowledge.batches import batches
from knowledge.embedders import Embedder, Vectors, get_embedder
from knowledge.models import Chunk, Document, Embedding, EmbeddingUsage

# Enough for one request to a service, little enough to be lost.
TEXTS_AT_ONCE = 128
HASHES_PER_QUERY = 500


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def embed_missing(texts: Mapping[str, str], embedder: Embedder, before_each: Callable[[], None]) -> None:
    """Embeds what was never embedded with this model. ``texts`` by content hash; kept as it goes along."""
    for some in missing_texts(texts, embedder.name):
        before_each()
        keep_vectors(embedder.name, some, embedder.embed(list(some.values())))


def missing_texts(texts: Mapping[str, str], model: str) -> Iterator[dict[str, str]]:
    """Those without a vector, a few at a time, in the order of their lengths."""
    known = known_hashes(model, texts)
    missing = sorted((content_hash for content_hash in texts if content_hash not in known), key=lambda h: len(texts[h]))
    for hashes in batches(missing, TEXTS_AT_ONCE):
        yield {content_hash: texts[content_hash] for content_hash in hashes}


def keep_vectors(model: str, texts: Mapping[str, str], vectors: Vectors) -> None:
    """``vectors`` in the order of ``texts``."""
    rows = [
        Embedding(model=model, content_hash=content_hash, vector=vector.astype("<f4").tobytes())
        for content_hash, vector in zip(texts, vectors, strict=True)
    ]
    Embedding.objects.bulk_create(rows, ignore_conflicts=True)
    record_usage(get_embedder(model), texts.values())


def record_usage(embedder: Embedder, texts: Collection[str]) -> None:
    """What it cost by the price that is set now, per million tokens."""
    tokens = sum(map(embedder.count_tokens, texts))
    today, _ = EmbeddingUsage.objects.get_or_create(model=embedder.name, day=timezone.now().date())
    EmbeddingUsage.objects.filter(pk=today.pk).update(
        texts=F("texts") + len(texts),
        tokens=F("tokens") + tokens,
        cost=F("cost") + Decimal(str(settings.EMBEDDING_PRICE)) * tokens / 1_000_000,
    )


def known_hashes(model: str, hashes: Collection[str]) -> set[str]:
    known: set[str] = set()
    for some in batches(hashes, HASHES_PER_QUERY):
        known.update(
            Embedding.objects.filter(model=model, content_hash__in=some).values_list("content_hash", flat=True)
        )
    return known


def vectors_of(hashes: Sequence[str], model: str, dimension: int, *, zeros: bool = False) -> Vectors:
    """One row per hash, in their order. ``KeyError`` if one was never embedded, unless ``zeros`` may stand for it."""
    rows: dict[str, bytes | memoryview] = {}
    for some in batches(dict.fromkeys(hashes), HASHES_PER_QUERY):
        rows.update(Embedding.objects.filter(model=model, content_hash__in=some).values_list("content_hash", "vector"))
    vectors = np.zeros((len(hashes), dimension), dtype=np.float32)
    for row, content_hash in enumerate(hashes):
        if content_hash in rows or not zeros:
            vectors[row] = np.frombuffer(rows[content_hash], dtype="<f4")
    return vectors


def forget_unused(hashes: Collection[str]) -> None:
    """What no document says any more leaves no trace, not even as a vector."""
    still_said = Chunk.objects.filter(content_hash=OuterRef("content_hash"))
    for some in batches(hashes, HASHES_PER_QUERY):
        of_pages = Document.objects.filter(page_hash__in=some).values_list("page_hash", flat=True)
        unused = set(some) - set(of_pages)
        Embedding.objects.filter(~Exists(still_said), content_hash__in=unused).delete()
