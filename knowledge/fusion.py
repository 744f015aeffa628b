"""One ranking out of several. Pure: ids and scores in, ids and scores out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

Hits = Sequence[tuple[int, float]]

# A weighted sum of min-max scaled scores (Bruch et al., "An Analysis of Fusion Functions for Hybrid
# Retrieval", 2023, finds it better than reciprocal ranks). With this embedding model reciprocal ranks fall
# below vectors alone on short questions and answers; these weights never did, and win on documentation.
VECTOR_WEIGHT = 0.8
TEXT_WEIGHT = 0.2


def fuse(vector_hits: Iterable[Hits], text_hits: Hits) -> list[tuple[int, float]]:
    """Best first, scores from 0 to 1. ``vector_hits`` has one list per embedding model: their scales differ."""
    scores: dict[int, float] = defaultdict(float)
    for hits in vector_hits:
        for chunk_id, score in scaled(hits):
            scores[chunk_id] += VECTOR_WEIGHT * score
    for chunk_id, score in scaled(text_hits):
        scores[chunk_id] += TEXT_WEIGHT * score
    return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))


def scaled(hits: Hits) -> list[tuple[int, float]]:
    """The best of this query is 1 and the worst 0."""
    if not hits:
        return []
    low, high = min(score for _, score in hits), max(score for _, score in hits)
    return [(chunk_id, (score - low) / (high - low) if high > low else 1.0) for chunk_id, score in hits]
