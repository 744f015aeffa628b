"""A question to the passages that may answer it, as far as whoever asks may see them."""

from collections import Counter
from collections.abc import Collection as Ids
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from knowledge import indexes
from knowledge.access import EVERYTHING, Audience, collections_for
from knowledge.batches import batches
from knowledge.embedders import Vectors, get_embedder
from knowledge.errors import EmbeddingError, RerankingError
from knowledge.indexes import Snapshot
from knowledge.models import Chunk, Document
from knowledge.records import Asked, Passage
from knowledge.rerankers import get_reranker
from knowledge.retrieval.answerable import match_of
from knowledge.retrieval.evidence import (
    documents_of,
    embedded,
    evidence_for,
    names_in,
    nearest,
    similarities,
    vectors_of,
)
from knowledge.retrieval.fusion import Fused, fuse, scaled
from knowledge.retrieval.questions import parts_of
from knowledge.retrieval.ranking import distinct, joined_neighbours, words_of
from knowledge.retrieval.spelling import corrected
from knowledge.rewordings import get_rewording

# As long as a message may be. The embedder reads its beginning; the sentences are searched one by one.
LONGEST_QUERY = 8000
# Enough that near-duplicates and passages that are gone by now leave a full list. Scores are scaled within them.
CANDIDATES = 50
CANDIDATES_PER_RESULT = 5
# An editor's own answer may stand this far behind what a search would prefer, and comes first all the same.
CURATED_BOOST = 0.1
# To the very question it is for it stands before everything.
SAME_QUESTION_BOOST = 1.0
# What was written or confirmed lately comes before what is old and else as good.
FRESHNESS_BOOST = 0.02
FRESHNESS_HALVED_DAYS = 180
# What a reranker reads, and how much more its word counts than that of the search: it decides.
RERANKED = 32
RERANKER_WEIGHT = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Candidate:
    """``text`` is that of the chunk, and of the chunks beside it that were found as well."""

    chunk: Chunk
    evidence: Mapping[str, float]
    text: str

    @property
    def score(self) -> float:
        return sum(self.evidence.values())

    @property
    def document_id(self) -> int:
        return self.chunk.document_id

    @property
    def section(self) -> Hashable:
        return (self.chunk.document_id, self.chunk.revision, self.chunk.anchor, *self.chunk.headings)

    @property
    def position(self) -> int:
        return self.chunk.position

    def with_text(self, text: str) -> "Candidate":
        return replace(self, text=text)

    def with_evidence(self, **more: float) -> "Candidate":
        return replace(self, evidence={**self.evidence, **more})


def search_passages(
    query: str,
    audience: Audience,
    *,
    collection_ids: Ids[int] | None = None,
    also: Sequence[str] = (),
    limit: int = 8,
    embedding: Vectors | None = None,
) -> list[Passage]:
    """Best first. ``collection_ids`` narrows what the audience may see, never widens it.

    ``also`` are other ways to put the question, which count like its sentences. ``embedding`` is the question's
    vector by ``settings.EMBEDDING_MODEL``, if the caller has it. Without vectors the words alone are searched; a
    collection without a usable index is left out, the others still answer.
    """
    return explained_search(
        query, audience, collection_ids=collection_ids, also=also, limit=limit, embedding=embedding
    )[1]


def explained_search(
    query: str,
    audience: Audience,
    *,
    collection_ids: Ids[int] | None = None,
    also: Sequence[str] = (),
    limit: int = 8,
    embedding: Vectors | None = None,
) -> tuple[Asked, list[Passage]]:
    """``search_passages``, and how the question was understood. Each passage says what its score is made of."""
    query = query.strip()[:LONGEST_QUERY]
    snapshots = served(audience, collection_ids) if words_of(query) else []
    asked = understood(query, (*also, *reworded(query)), snapshots)
    found = embedded(asked, snapshots, embedding)
    vectors = vectors_of(query, asked.corrected, found)
    depth = max(CANDIDATES, CANDIDATES_PER_RESULT * limit)
    whole = replace(evidence_for(asked.words, vectors, snapshots, depth), names=names_in(query, snapshots, depth))
    parts = [evidence_for(part, vectors_of(part, part, found), snapshots, depth) for part in asked.parts]
    documents = documents_of([whole, *parts], snapshots)
    ranked = fuse(whole, parts, documents)[: 2 * depth]
    loaded = reranked(query, candidates(query, ranked, audience, RERANKED if get_reranker() else 2 * limit))
    chosen = joined_neighbours(list(islice(distinct(loaded), limit)))
    cosines = similarities(vectors, [candidate.chunk.pk for candidate in chosen], snapshots)
    passages = [passage(candidate, cosines.get(candidate.chunk.pk, 0.0)) for candidate in chosen]
    match = match_of(asked, passages, whole, parts, documents, sum(snapshot.chunks for snapshot in snapshots))
    return replace(asked, match=match), passages


def nearness(texts: Sequence[str], audience: Audience, *, collection_ids: Ids[int] | None = None) -> list[float]:
    """How near each text comes to anything that was written: its cosine with the nearest passage, 0 without vectors.

    Says what a text is about at all, for less than a search. All are measured by the same model.
    """
    snapshots = served(audience, collection_ids)
    found = embedded(Asked(texts[0], texts[0], tuple(texts[1:])), snapshots)
    return [
        max(
            (cosine for model, vectors in found.items() for _, cosine in nearest(model, vectors[text], snapshots, 1)),
            default=0.0,
        )
        for text in texts
    ]


def served(audience: Audience, collection_ids: Ids[int] | None) -> list[Snapshot]:
    visible = collections_for(audience)
    if collection_ids is not None:
        visible = visible.filter(pk__in=collection_ids)
    return list(indexes.serving(visible.values_list("pk", flat=True)))


def open_indexes() -> None:
    """Whatever is served now, and the model that questions are embedded by."""
    get_embedder(settings.EMBEDDING_MODEL)
    served(EVERYTHING, None)


def embed_ahead(question: str, also: Sequence[str] = ()) -> None:
    """Has the vectors of a question remembered, so that the search right after it need not wait for them.

    What goes wrong here goes wrong there again, where it is dealt with. Only what is spelled wrong is embedded there.
    """
    query = question.strip()[:LONGEST_QUERY]
    with suppress(EmbeddingError):
        get_embedder(settings.EMBEDDING_MODEL).embed_queries([query, *parts_of(query), *also])


def reworded(query: str) -> Sequence[str]:
    rewording = get_rewording()
    return rewording.reworded(query) if rewording else ()


def understood(query: str, also: Sequence[str], snapshots: Sequence[Snapshot]) -> Asked:
    """Spelling is judged by the words of what may be searched, so that it says nothing of the rest."""

    def is_known(word: str) -> bool:
        return any(snapshot.knows(word) for snapshot in snapshots)

    def beginning_with(letter: str) -> list[tuple[str, int]]:
        passages: Counter[str] = Counter()
        for snapshot in snapshots:
            passages.update(dict(snapshot.words_beginning_with(letter)))
        return list(passages.items())

    spelled = corrected(query, is_known, beginning_with) if snapshots else query
    return Asked(query, spelled, (*parts_of(spelled), *also))


def candidates(query: str, ranked: Sequence[Fused], audience: Audience, at_once: int) -> Iterator[Candidate]:
    """Loaded a few at a time, because the first few are nearly always enough; each few in the order of their merits."""
    for some in batches(ranked, at_once):
        chunks = load_chunks([fused.chunk_id for fused in some], audience)
        loaded = [boosted(query, chunks[fused.chunk_id], fused) for fused in some if fused.chunk_id in chunks]
        yield from sorted(loaded, key=lambda candidate: -candidate.score)


def reranked(query: str, ranked: Iterator[Candidate]) -> Iterator[Candidate]:
    """The best few in the order of the reranker, if there is one and it answers; the others after them."""
    reranker = get_reranker()
    first = list(islice(ranked, RERANKED)) if reranker else []
    if reranker and first:
        try:
            scores = scaled(list(enumerate(reranker.scores(query, [each.chunk.searchable_text for each in first]))))
        except RerankingError as error:
            log.warning("not_reranked", reason=error.user_message)
        else:
            first = [each.with_evidence(reranker=RERANKER_WEIGHT * scores[n]) for n, each in enumerate(first)]
            first.sort(key=lambda candidate: -candidate.score)
    yield from first
    yield from ranked


def boosted(query: str, chunk: Chunk, fused: Fused) -> Candidate:
    document = chunk.document
    confirmed = max(filter(None, [document.updated_at, document.verified_at]))
    days = max((timezone.now() - confirmed).days, 0)
    evidence = {**fused.evidence, "freshness": FRESHNESS_BOOST * 0.5 ** (days / FRESHNESS_HALVED_DAYS)}
    if document.format == Document.Format.CURATED:
        is_the_question = words_of(query) == words_of("".join(chunk.headings[:1]))
        evidence["curated"] = SAME_QUESTION_BOOST if is_the_question else CURATED_BOOST
    return Candidate(chunk, evidence, chunk.text)


def load_chunks(ids: list[int], audience: Audience) -> dict[int, Chunk]:
    """The authority: whatever an index says, only current text of collections this audience may read."""
    current = Chunk.objects.filter(
        pk__in=ids,
        revision=F("document__revision"),
        document__publication=Document.Publication.PUBLISHED,
        document__collection__in=collections_for(audience),
    )
    needed = current.select_related("document__collection").only(
        "headings", "anchor", "page", "text", "position", "revision", "document__slug", "document__url",
        "document__title",
        "document__description", "document__path", "document__format", "document__updated_at",
        "document__verified_at", "document__collection__slug",
    )  # fmt: skip
    return {chunk.pk: chunk for chunk in needed}


def passage(candidate: Candidate, similarity: float) -> Passage:
    chunk = candidate.chunk
    document = chunk.document
    return Passage(
        chunk_id=chunk.pk,
        document_id=document.pk,
        title=str(document),
        headings=tuple(chunk.headings),
        text=candidate.text,
        url=url_of(chunk),
        updated_at=document.updated_at,
        score=candidate.score,
        similarity=similarity,
        is_description=chunk.text.split() == document.description.split(),
        is_curated=document.format == Document.Format.CURATED,
        evidence=candidate.evidence,
    )


def url_of(chunk: Chunk) -> str:
    """As near to the passage as a link can lead: a PDF has pages where other documents have anchors."""
    document = chunk.document
    url = document.url or f"{settings.PUBLIC_URL}{document.get_absolute_url()}"
    is_file = document.format == Document.Format.PDF and (document.url or not chunk.anchor)
    place = (f"page={chunk.page}" if chunk.page else "") if is_file else chunk.anchor
    return f"{url}#{place}" if place and "#" not in url else url
