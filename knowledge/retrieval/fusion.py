"""One ranking out of several. Pure: ids and scores in, ids and scores out.

Every kind of evidence is scaled to 0…1 by the best and the worst it found for this question, and weighted (Bruch
et al., "An Analysis of Fusion Functions for Hybrid Retrieval", 2023, find that better than reciprocal ranks; with
the embedded model reciprocal ranks fall below vectors alone on short questions). The weights were chosen on a flat
top: neighbours of each give the same within noise.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Hits = Sequence[tuple[int, float]]
Scores = dict[int, float]

# What a passage means, which words it has, and which words its page has: a page about the subject has its words,
# but rarely all of them in one passage.
VECTOR_WEIGHT = 0.7
WORDS_WEIGHT = 0.13
PAGE_WEIGHT = 0.17
# How near the question is to the page as it announces itself, within the vectors' share.
PAGE_VECTOR_SHARE = 0.2
# An identifier that one page alone has leads there, whatever that page is about; one that several have, by that less.
NAME_WEIGHT = 0.7
# A long question counts half as a whole, half by its sentences.
PARTS_WEIGHT = 0.5
# Only to prefer, on a page the sentences lead to, the passage they lead to.
PART_PASSAGE_WEIGHT = 0.1


@dataclass(frozen=True)
class Evidence:
    """What the indexes found for one text.

    ``vectors`` has a list per embedding model, because their scales differ. ``pages`` are scores of documents, and
    ``page_vectors`` the cosines of the documents that the other hits belong to; both by document id. ``names`` has a
    list per identifier of the whole question, of passages that have it.
    """

    vectors: Sequence[Hits] = ()
    words: Hits = ()
    pages: Hits = ()
    page_vectors: Mapping[int, float] = field(default_factory=dict)
    names: Sequence[Hits] = ()


@dataclass(frozen=True)
class Fused:
    """``score`` from 0 to 1, and more with identifiers; ``evidence`` is what each kind added to it."""

    chunk_id: int
    score: float
    evidence: Mapping[str, float]


def fuse(whole: Evidence, parts: Sequence[Evidence], documents: Mapping[int, int]) -> list[Fused]:
    """Best first; equal scores in the order of ids. ``documents`` has the document of every chunk that was hit."""
    share = 1 - PARTS_WEIGHT if parts else 1.0
    by_kind = {kind: weighted(scores, share) for kind, scores in kinds(whole, documents).items()}
    by_kind["names"] = named(whole.names, documents)
    if parts:
        by_kind["parts"] = weighted(pooled([total(kinds(part, documents)) for part in parts], documents), PARTS_WEIGHT)
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for kind, scores in by_kind.items():
        for chunk_id, score in scores.items():
            found[chunk_id][kind] = score
    ranked = (Fused(chunk_id, sum(evidence.values()), evidence) for chunk_id, evidence in found.items())
    return sorted(ranked, key=lambda each: (-each.score, each.chunk_id))


def kinds(evidence: Evidence, documents: Mapping[int, int]) -> dict[str, Scores]:
    """The weighted scores of one text, by the kind of evidence. A page counts for its passages that were found."""
    vectors: Scores = {}
    for hits in evidence.vectors:
        vectors |= weighted(scaled(with_pages(hits, evidence.page_vectors, documents)), VECTOR_WEIGHT)
    words = weighted(scaled(evidence.words), WORDS_WEIGHT)
    pages = weighted(scaled(evidence.pages), PAGE_WEIGHT)
    found = {*vectors, *words, *(chunk_id for hits in evidence.names for chunk_id, _ in hits)}
    of_pages = {chunk_id: pages[documents[chunk_id]] for chunk_id in found if documents[chunk_id] in pages}
    return {"vector": vectors, "words": words, "page": of_pages}


def named(names: Sequence[Hits], documents: Mapping[int, int]) -> Scores:
    """The fewer pages have an identifier, the more it says."""
    scores: Scores = defaultdict(float)
    for hits in names:
        pages = {documents[chunk_id] for chunk_id, _ in hits}
        for chunk_id, _ in hits:
            scores[chunk_id] = min(scores[chunk_id] + NAME_WEIGHT / len(pages), NAME_WEIGHT)
    return scores


def with_pages(hits: Hits, page_vectors: Mapping[int, float], documents: Mapping[int, int]) -> Hits:
    """A page without a vector of its own is as near as its passage."""

    def near(chunk_id: int, cosine: float) -> float:
        page = page_vectors.get(documents[chunk_id], cosine)
        return (1 - PAGE_VECTOR_SHARE) * cosine + PAGE_VECTOR_SHARE * page

    return [(chunk_id, near(chunk_id, cosine)) for chunk_id, cosine in hits]


def pooled(parts: Sequence[Scores], documents: Mapping[int, int]) -> Scores:
    """A page is as good as its best passage is for each of the parts, on average."""
    pages: dict[int, float] = defaultdict(float)
    for scores in parts:
        best: dict[int, float] = defaultdict(float)
        for chunk_id, score in scores.items():
            best[documents[chunk_id]] = max(best[documents[chunk_id]], score)
        for document, score in best.items():
            pages[document] += score / len(parts)
    own = {chunk_id: max(scores.get(chunk_id, 0.0) for scores in parts) for chunk_id in documents}
    return {
        chunk_id: (1 - PART_PASSAGE_WEIGHT) * pages[document] + PART_PASSAGE_WEIGHT * own[chunk_id]
        for chunk_id, document in documents.items()
        if document in pages
    }


def total(by_kind: Mapping[str, Scores]) -> Scores:
    summed: Scores = defaultdict(float)
    for scores in by_kind.values():
        for chunk_id, score in scores.items():
            summed[chunk_id] += score
    return summed


def weighted(scores: Scores, weight: float) -> Scores:
    return {each: weight * score for each, score in scores.items()}


def scaled(hits: Hits) -> Scores:
    """The best of this question is 1 and the worst 0."""
    scores = dict(hits)
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {each: (score - low) / (high - low) if high > low else 1.0 for each, score in scores.items()}
