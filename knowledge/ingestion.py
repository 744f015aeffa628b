"""From a document somebody wrote to an index that answers: load → chunk → embed → store, then build and switch.

Every step can be interrupted. Texts that were embedded stay embedded, a document is replaced in one short
transaction, and what a worker held is taken over when its lease runs out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from knowledge import leases
from knowledge.building import build_index
from knowledge.chunking import Piece, chunk
from knowledge.embedders import Embedder, get_embedder
from knowledge.errors import DocumentError, EmbeddingError
from knowledge.loaders import load
from knowledge.loaders.base import Loaded
from knowledge.models import Chunk, Collection, Document
from knowledge.searchable import searchable_text
from knowledge.vectors import TEXTS_AT_ONCE, embed_missing, forget_unused, hash_of

log = structlog.get_logger(__name__)

__all__ = ["build_index", "ingest"]

OnProgress = Callable[[Document], None]


@dataclass(frozen=True)
class Prepared:
    """A claimed document, ready to be embedded and stored."""

    document: Document
    loaded: Loaded
    pieces: list[Piece]

    @property
    def texts(self) -> dict[str, str]:
        texts = [searchable_text(piece.headings, piece.text) for piece in self.pieces]
        return {hash_of(text): text for text in texts}


def ingest(document_ids: Iterable[int], on_progress: OnProgress | None = None) -> set[int]:
    """Processes those of the documents that wait for it. Returns the collections whose index is now behind."""
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    run = Run(on_progress)
    try:
        for group in grouped(prepare(document_ids, embedder, run)):
            try:
                embed(group, embedder)
            except EmbeddingError as error:
                give_back(group, error, run)
            else:
                for prepared in group:
                    run.finish(prepared.document, store(prepared))
    finally:
        leases.release(run.claimed.values())
    return run.collections


class Run:
    """What this call holds, and whose index it left behind."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.on_progress = on_progress
        self.claimed: dict[int, Document] = {}
        self.collections: set[int] = set()

    def claim(self, document_ids: Iterable[int]) -> Iterator[Document]:
        for document in filter(None, map(leases.claim, document_ids)):
            self.claimed[document.pk] = document
            yield document

    def finish(self, document: Document, content_changed: bool) -> None:
        del self.claimed[document.pk]
        if content_changed:
            self.collections.add(document.collection_id)
        if self.on_progress:
            self.on_progress(document)


def prepare(document_ids: Iterable[int], embedder: Embedder, run: Run) -> Iterator[Prepared]:
    """Loads and chunks. A document that cannot be read fails alone."""
    for document in run.claim(document_ids):
        try:
            yield prepared(document, embedder)
        except DocumentError as error:
            run.finish(document, fail(document, error.user_message))
        except Exception:
            log.exception("document_failed", document=document.pk)
            run.finish(document, fail(document, "This document could not be processed. The log has the reason."))


def prepared(document: Document, embedder: Embedder) -> Prepared:
    if document.attempts > leases.MOST_ATTEMPTS:
        raise DocumentError("Processing this document was interrupted again and again. Try a smaller part of it.")
    loaded = load(document.content, document.path, document.format)
    pieces = chunk(document.title or loaded.title, loaded.searchable, embedder.count_tokens)
    if not pieces:
        raise DocumentError("This document has headings but no text below them. Add some.")
    return Prepared(document, loaded, pieces)


def grouped(documents: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Documents together, because a few hundred texts at once embed faster than a few."""
    group: list[Prepared] = []
    for document in documents:
        group.append(document)
        if sum(len(each.pieces) for each in group) >= TEXTS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def embed(group: list[Prepared], embedder: Embedder) -> None:
    texts = {content_hash: text for prepared in group for content_hash, text in prepared.texts.items()}
    embed_missing(texts, embedder, before_each=lambda: leases.renew(prepared.document for prepared in group))


def give_back(group: list[Prepared], error: EmbeddingError, run: Run) -> None:
    log.warning("embedding_failed", documents=len(group), reason=error.user_message)
    for document in (prepared.document for prepared in group):
        if error.retryable and document.attempts < leases.MOST_ATTEMPTS:
            leases.postpone(document)
            run.finish(document, False)
        else:
            run.finish(document, fail(document, error.user_message))


def store(prepared: Prepared) -> bool:
    """Replaces what the document said before. False if that changed nothing, or the document is another's by now."""
    document, loaded = prepared.document, prepared.loaded
    with transaction.atomic():
        if not leases.held(document).select_for_update().exists():
            return False
        content_changed = replace_chunks(document, prepared.pieces)
        leases.held(document).update(
            title=document.title or loaded.title[:300],
            description=loaded.description,
            markdown=loaded.markdown,
            status=Document.Status.READY,
            error="",
            lease_expires_at=None,
            attempts=0,
            indexed_at=timezone.now(),
        )
        if content_changed:
            count_change(document.collection_id)
    return content_changed


def fail(document: Document, reason: str) -> bool:
    """What an edited document said before its edit must not be found, even if the edit cannot be read."""
    with transaction.atomic():
        if not leases.held(document).select_for_update().exists():
            return False
        outdated, _ = document.chunks.exclude(revision=document.revision).delete()
        if outdated:
            count_change(document.collection_id)
        leases.held(document).update(status=Document.Status.FAILED, error=reason, lease_expires_at=None)
    return bool(outdated)


def replace_chunks(document: Document, pieces: list[Piece]) -> bool:
    """Passages that still say the same keep their rows, so the index that is being served keeps finding them."""
    before: dict[str, list[Chunk]] = defaultdict(list)
    for existing in document.chunks.order_by("-position"):
        before[existing.content_hash].append(existing)
    kept, added = [], []
    for position, piece in enumerate(pieces):
        new = chunk_row(document, position, piece)
        if same := before[new.content_hash]:
            new.pk = same.pop().pk
            kept.append(new)
        else:
            added.append(new)
    gone = [existing for rows in before.values() for existing in rows]
    document.chunks.filter(pk__in=[existing.pk for existing in gone]).delete()
    Chunk.objects.bulk_update(kept, ["revision", "position", "headings", "anchor", "text", "tokens"])
    Chunk.objects.bulk_create(added)
    forget_unused([existing.content_hash for existing in gone])
    return bool(added or gone)


def chunk_row(document: Document, position: int, piece: Piece) -> Chunk:
    return Chunk(
        document=document,
        revision=document.revision,
        position=position,
        headings=list(piece.headings),
        anchor=piece.anchor[:300],
        text=piece.text,
        tokens=piece.tokens,
        content_hash=hash_of(searchable_text(piece.headings, piece.text)),
    )


def count_change(collection_id: int) -> None:
    Collection.objects.filter(pk=collection_id).update(content_version=F("content_version") + 1)
