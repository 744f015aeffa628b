"""A question to the passages that may answer it, as far as whoever asks may see them."""

from collections.abc import Collection as Ids
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

import structlog
from django.conf import settings
from django.db.models import F

from knowledge import indexes
from knowledge.access import Audience, collections_for
from knowledge.batches import batches
from knowledge.embedders import Vectors, get_embedder
from knowledge.errors import EmbeddingError
from knowledge.fusion import fuse
from knowledge.indexes import Snapshot
from knowledge.indexes.base import Hits
from knowledge.models import Chunk
from knowledge.ranking import distinct
from knowledge.records import Passage

log = structlog.get_logger(__name__)

LONGEST_QUERY = 2000
# Enough that near-duplicates and passages that are gone by now leave a full list.
FEWEST_CANDIDATES = 50
CANDIDATES_PER_RESULT = 5


def search_passages(
    query: str,
    audience: Audience,
    *,
    collection_ids: Ids[int] | None = None,
    limit: int = 8,
    embedding: Vectors | None = None,
) -> list[Passage]:
    """Best first. ``collection_ids`` narrows what the audience may see, never widens it.

    ``embedding`` is the query's vector by ``settings.EMBEDDING_MODEL``, if the caller has it. Without vectors
    the words alone are searched; a collection without a usable index is left out, the others still answer.
    """
    query = query.strip()[:LONGEST_QUERY]
    if not query:
        return []
    visible = collections_for(audience)
    if collection_ids is not None:
        visible = visible.filter(pk__in=collection_ids)
    snapshots = indexes.serving(visible.values_list("pk", flat=True))
    vectors = query_vectors(query, snapshots, embedding)
    depth = max(FEWEST_CANDIDATES, CANDIDATES_PER_RESULT * limit)
    ranked = fuse(vector_hits(snapshots, vectors, depth), text_hits(snapshots, query, depth))[: 2 * depth]
    best = list(islice(distinct(current_chunks([chunk_id for chunk_id, _ in ranked], audience, 4 * limit)), limit))
    scores, cosines = dict(ranked), similarities(snapshots, vectors, [chunk.pk for chunk in best])
    return [passage(chunk, scores[chunk.pk], cosines.get(chunk.pk, 0.0)) for chunk in best]


def embed_ahead(question: str) -> None:
    """Has the question's vector remembered, so that the search right after it need not wait for it.

    What goes wrong here goes wrong there again, where it is dealt with.
    """
    with suppress(EmbeddingError):
        get_embedder(settings.EMBEDDING_MODEL).embed_query(question.strip()[:LONGEST_QUERY])


def query_vectors(query: str, snapshots: Sequence[Snapshot], given: Vectors | None) -> dict[str, Vectors]:
    """The query by each model that made one of the snapshots: while a new model is introduced, there are two."""
    vectors = {settings.EMBEDDING_MODEL: given} if given is not None else {}
    for model in {snapshot.embedding_model for snapshot in snapshots} - set(vectors):
        try:
            vectors[model] = get_embedder(model).embed_query(query)
        except EmbeddingError as error:
            log.warning("query_not_embedded", model=model, reason=error.user_message)
    return vectors


def vector_hits(snapshots: Sequence[Snapshot], vectors: dict[str, Vectors], depth: int) -> list[Hits]:
    """One list per model; within it the collections compete by cosine."""
    by_model: dict[str, Hits] = {model: [] for model in vectors}
    for snapshot in snapshots:
        if snapshot.embedding_model in vectors:
            found = snapshot.search_vectors(vectors[snapshot.embedding_model], depth)
            by_model[snapshot.embedding_model].extend(found)
    return [best(hits, depth) for hits in by_model.values()]


def text_hits(snapshots: Sequence[Snapshot], query: str, depth: int) -> Hits:
    return best([hit for snapshot in snapshots for hit in snapshot.search_text(query, depth)], depth)


def best(hits: Hits, depth: int) -> Hits:
    return sorted(hits, key=lambda hit: -hit[1])[:depth]


def similarities(snapshots: Sequence[Snapshot], vectors: dict[str, Vectors], ids: list[int]) -> dict[int, float]:
    cosines: dict[int, float] = {}
    for snapshot in snapshots:
        if snapshot.embedding_model in vectors:
            cosines.update(snapshot.vectors.similarities(vectors[snapshot.embedding_model], ids))
    return cosines


def current_chunks(ids: list[int], audience: Audience, at_once: int) -> Iterator[Chunk]:
    """In the order of ``ids``, loaded a few at a time: the first few are nearly always enough."""
    for some in batches(ids, at_once):
        chunks = load_chunks(some, audience)
        yield from (chunks[chunk_id] for chunk_id in some if chunk_id in chunks)


def load_chunks(ids: list[int], audience: Audience) -> dict[int, Chunk]:
    """The authority: whatever an index says, only current text of collections this audience may read."""
    current = Chunk.objects.filter(
        pk__in=ids, revision=F("document__revision"), document__collection__in=collections_for(audience)
    )
    needed = current.select_related("document__collection").only(
        "headings", "anchor", "text", "document__slug", "document__url", "document__title", "document__description",
        "document__path", "document__updated_at", "document__collection__slug",
    )  # fmt: skip
    return {chunk.pk: chunk for chunk in needed}


def passage(chunk: Chunk, score: float, similarity: float) -> Passage:
    document = chunk.document
    url = document.url or f"{settings.PUBLIC_URL}{document.get_absolute_url()}"
    return Passage(
        chunk_id=chunk.pk,
        document_id=document.pk,
        title=str(document),
        headings=tuple(chunk.headings),
        text=chunk.text,
        url=f"{url}#{chunk.anchor}" if chunk.anchor and "#" not in url else url,
        updated_at=document.updated_at,
        score=score,
        similarity=similarity,
        is_description=chunk.text.split() == document.description.split(),
    )
