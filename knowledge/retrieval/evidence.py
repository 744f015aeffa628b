"""What the indexes have to say to one text: asked of every snapshot, put together, not yet weighed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import structlog
from django.conf import settings

from knowledge.embedders import Vectors, get_embedder
from knowledge.errors import EmbeddingError
from knowledge.indexes import Snapshot
from knowledge.indexes.base import Hits
from knowledge.indexes.lexical import identifiers
from knowledge.records import Asked
from knowledge.retrieval.fusion import Evidence
from knowledge.retrieval.spelling import english

log = structlog.get_logger(__name__)

# Of a pasted log the rest would only cost time.
MOST_NAMES = 5

# With so many passages it takes longer to search them than to begin a thread and wait for it.
MANY = 100_000

A = TypeVar("A")
B = TypeVar("B")
ByModel = Mapping[str, Vectors]
# By model, then by text.
Embedded = Mapping[str, Mapping[str, Vectors]]


def embedded(asked: Asked, snapshots: Sequence[Snapshot], given: Vectors | None = None) -> Embedded:
    """The vectors of a question and its parts, in one go, by each model that made one of the snapshots.

    While a new model is introduced, there are two. One that fails is left out: then the words alone are searched.
    ``given`` is the vector of the whole question by ``settings.EMBEDDING_MODEL``.
    """
    found: dict[str, Mapping[str, Vectors]] = {}
    for model in {snapshot.embedding_model for snapshot in snapshots}:
        known = {asked.text: given, asked.corrected: given} if given is not None and is_current(model) else {}
        texts = [text for text in (asked.text, asked.corrected, *asked.parts) if text not in known]
        try:
            found[model] = {**known, **get_embedder(model).embed_queries(texts)}
        except EmbeddingError as error:
            log.warning("query_not_embedded", model=model, reason=error.user_message)
    return found


def is_current(model: str) -> bool:
    return bool(model == settings.EMBEDDING_MODEL)


def vectors_of(text: str, corrected: str, found: Embedded) -> ByModel:
    """A text whose spelling was corrected lies in the middle between both: the correction is only a guess."""
    return {
        model: vectors[text] if text == corrected else middle(vectors[text], vectors[corrected])
        for model, vectors in found.items()
    }


def middle(one: Vectors, other: Vectors) -> Vectors:
    between = one + other
    unit: Vectors = between / max(float(np.linalg.norm(between)), float(np.finfo(np.float32).tiny))
    return unit


def evidence_for(text: str, vectors: ByModel, snapshots: Sequence[Snapshot], depth: int) -> Evidence:
    def by_meaning() -> list[Hits]:
        return [nearest(model, vector, snapshots, depth) for model, vector in vectors.items()]

    def by_words() -> tuple[Hits, Hits]:
        words = best((hit for snapshot in snapshots for hit in snapshot.search_text(text, depth)), depth)
        return words, best((hit for snapshot in snapshots for hit in snapshot.search_pages(text, depth)), depth)

    hits, (words, pages) = both(by_meaning, by_words, at_once=sum(each.chunks for each in snapshots) >= MANY)
    return Evidence(hits, words, pages, page_vectors(hits, vectors, snapshots))


def both(one: Callable[[], A], other: Callable[[], B], *, at_once: bool) -> tuple[A, B]:
    """The libraries below leave the interpreter to others meanwhile, so that each has a core of its own."""
    if not at_once:
        return one(), other()
    with ThreadPoolExecutor(1) as beside:
        first = beside.submit(one)
        second = other()
        return first.result(), second


def names_in(text: str, snapshots: Sequence[Snapshot], depth: int) -> list[Hits]:
    """The passages with each identifier of the text. One that fills the list is on every other page and says nothing,
    and a common word that somebody shouts is none."""
    names = [name for name in dict.fromkeys(identifiers(text)) if name not in english()][:MOST_NAMES]
    found = [[hit for snapshot in snapshots for hit in snapshot.search_name(name, depth)] for name in names]
    return [hits for hits in found if len(hits) < depth]


def nearest(model: str, vector: Vectors, snapshots: Sequence[Snapshot], depth: int) -> Hits:
    """The collections of one model compete by cosine."""
    asked = (snapshot for snapshot in snapshots if snapshot.embedding_model == model)
    return best((hit for snapshot in asked for hit in snapshot.search_vectors(vector, depth)), depth)


def page_vectors(hits: Sequence[Hits], vectors: ByModel, snapshots: Sequence[Snapshot]) -> dict[int, float]:
    """How near the pages of these hits are as a whole."""
    chunk_ids = [chunk_id for each in hits for chunk_id, _ in each]
    near: dict[int, float] = {}
    for snapshot in snapshots:
        if (vector := vectors.get(snapshot.embedding_model)) is not None:
            documents = sorted(set(snapshot.documents_of(chunk_ids).values()))
            near.update(snapshot.page_similarities(vector, documents))
    return near


def documents_of(found: Iterable[Evidence], snapshots: Sequence[Snapshot]) -> dict[int, int]:
    """The document of every chunk that was hit."""
    chunk_ids = {
        chunk_id for each in found for hits in (*each.vectors, each.words, *each.names) for chunk_id, _ in hits
    }
    wanted = sorted(chunk_ids)
    return {key: document for snapshot in snapshots for key, document in snapshot.documents_of(wanted).items()}


def similarities(vectors: ByModel, chunk_ids: Sequence[int], snapshots: Sequence[Snapshot]) -> dict[int, float]:
    cosines: dict[int, float] = {}
    for snapshot in snapshots:
        if (vector := vectors.get(snapshot.embedding_model)) is not None:
            cosines.update(snapshot.similarities(vector, chunk_ids))
    return cosines


def best(hits: Iterable[tuple[int, float]], depth: int) -> Hits:
    return sorted(hits, key=lambda hit: -hit[1])[:depth]
