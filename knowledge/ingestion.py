"""From a document somebody wrote to an index that answers: load → chunk → embed → store, then build and switch.

Every step can be interrupted. Texts that were embedded stay embedded, a document is replaced in one short
transaction, and what a worker held is taken over when its lease runs out.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from time import monotonic
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from knowledge import leases, parsing
from knowledge.building import build_index, recipes_in_use
from knowledge.embedders import Vectors, get_embedder
from knowledge.errors import DocumentError, EmbeddingError
from knowledge.loaders.base import Loaded
from knowledge.models import Chunk, Collection, Document
from knowledge.originals import original
from knowledge.recipes import Recipe, current_recipe
from knowledge.text.chunking import Piece, chunk
from knowledge.text.searchable import page_text, searchable_text
from knowledge.vectors import TEXTS_AT_ONCE, embed_missing, forget_unused, hash_of, keep_vectors, missing_texts

log = structlog.get_logger(__name__)

__all__ = ["build_index", "ingest"]

RENEW_EVERY = leases.LEASE.total_seconds() / 5
# So many documents are claimed and read while those before them are embedded.
READ_AHEAD = 32
OnProgress = Callable[[Document], None]
T = TypeVar("T")
NOT_PROCESSED = "This document could not be processed. The log has the reason."


@dataclass(frozen=True)
class Prepared:
    """A claimed document, ready to be embedded and stored: its pieces by each recipe that is in use."""

    document: Document
    loaded: Loaded
    pieces: dict[Recipe, list[Piece]]

    @property
    def title(self) -> str:
        return self.document.title or self.loaded.title[:300]

    @property
    def page_text(self) -> str:
        return page_text(self.title or self.document.path, self.loaded.description)

    def texts(self, recipe: Recipe) -> dict[str, str]:
        """What is to be embedded, by its hash: each passage, and the page as a whole."""
        texts = [searchable_text(piece.headings, piece.text) for piece in self.pieces.get(recipe, [])]
        return {hash_of(text): text for text in [*texts, self.page_text] if text}

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces.values()))


@dataclass(frozen=True)
class Order:
    """Texts by their hashes, on their way to be vectors."""

    recipe: Recipe
    texts: dict[str, str]
    vectors: "Future[Vectors]"


def ingest(document_ids: Iterable[int], on_progress: OnProgress | None = None) -> set[int]:
    """Processes those of the documents that wait for it. Returns the collections whose index is now behind."""
    run = Run(on_progress)
    try:
        for some in leases.apart(document_ids):
            process(some, run)
    except (KeyboardInterrupt, SystemExit):
        run.end(tried=False)
        raise
    finally:
        run.end()
    return run.collections


def process(document_ids: Iterable[int], run: "Run") -> None:
    for group, orders in ahead(ordered(grouped(prepare(document_ids, run)), run), 1):
        try:
            receive(group, orders, run)
        except EmbeddingError as error:
            give_back(group, error, run)
        else:
            for prepared in group:
                run.finish(prepared.document, stored(prepared))


class Run:
    """What this call holds, and whose index it left behind. Documents are read in one thread, embedded in another, and
    stored in this one, which alone has the database."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.on_progress = on_progress
        self.reader = ThreadPoolExecutor(1, thread_name_prefix="read-documents")
        self.embedder = ThreadPoolExecutor(1, thread_name_prefix="embed-documents")
        self.claimed: dict[int, Document] = {}
        self.collections: set[int] = set()
        self.renewed = monotonic()

    def claim(self, document_ids: Iterable[int]) -> Iterator[Document]:
        for document in filter(None, map(leases.claim, document_ids)):
            self.claimed[document.pk] = document
            self.keep()
            yield document

    def keep(self) -> None:
        """What waits for its turn stays ours, however long others take to be read or embedded."""
        if monotonic() - self.renewed >= RENEW_EVERY:
            leases.renew(self.claimed.values())
            self.renewed = monotonic()

    def finish(self, document: Document, content_changed: bool) -> None:
        del self.claimed[document.pk]
        if content_changed:
            self.collections.add(document.collection_id)
        if self.on_progress:
            self.on_progress(document)

    def end(self, *, tried: bool = True) -> None:
        for threads in (self.reader, self.embedder):
            threads.shutdown(wait=False, cancel_futures=True)
        if self.claimed:
            parsing.interrupt()
            leases.release(self.claimed.values(), tried=tried)
            self.claimed.clear()


def prepare(document_ids: Iterable[int], run: Run) -> Iterator[Prepared]:
    """Loads and chunks, while what was prepared is embedded. A document that cannot be read fails alone."""
    for document, reading in ahead(started(document_ids, run), READ_AHEAD):
        run.keep()
        try:
            yield reading.result()
        except DocumentError as error:
            run.finish(document, fail(document, error.user_message))
        except Exception:
            log.exception("document_failed", document=document.pk)
            run.finish(document, fail(document, NOT_PROCESSED))


def started(document_ids: Iterable[int], run: Run) -> Iterator[tuple[Document, "Future[Prepared]"]]:
    for document in run.claim(document_ids):
        yield document, run.reader.submit(read, document, recipes_in_use(document.collection_id))


def ahead(begun: Iterator[T], count: int) -> Iterator[T]:
    """The same, but so many are begun before the first one is waited for."""
    waiting: deque[T] = deque()
    for each in begun:
        waiting.append(each)
        if len(waiting) > count:
            yield waiting.popleft()
    yield from waiting


def read(document: Document, recipes: list[Recipe]) -> Prepared:
    """Runs beside the rest and has no database."""
    if document.attempts > leases.MOST_ATTEMPTS:
        raise DocumentError("Processing this document was interrupted again and again. Try a smaller part of it.")
    loaded = parsing.parse(original(document), document.path, document.format)
    titles = loaded.questions or (document.title or loaded.title,)
    pieces = {recipe: list(chain.from_iterable(cut(title, loaded, recipe) for title in titles)) for recipe in recipes}
    if not all(pieces.values()):
        raise DocumentError("This document has headings but no text below them. Add some.")
    return Prepared(document, loaded, pieces)


def cut(title: str, loaded: Loaded, recipe: Recipe) -> list[Piece]:
    text = loaded.searchable
    return chunk(title, text.markdown, get_embedder(recipe.model).count_tokens, recipe.tokens, text.page_starts)


def grouped(documents: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Documents together, because a few hundred texts at once embed faster than a few."""
    group: list[Prepared] = []
    for document in documents:
        group.append(document)
        if sum(each.size for each in group) >= TEXTS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def ordered(groups: Iterable[list[Prepared]], run: Run) -> Iterator[tuple[list[Prepared], list[Order]]]:
    for group in groups:
        yield group, list(order(group, run))


def order(group: list[Prepared], run: Run) -> Iterator[Order]:
    """Has whatever needs a vector embedded by each recipe that is in use."""
    for recipe in {recipe for prepared in group for recipe in prepared.pieces}:
        for some in missing_texts(texts_of(group, recipe), recipe.model):
            yield Order(recipe, some, run.embedder.submit(embed, recipe.model, list(some.values())))


def texts_of(group: list[Prepared], recipe: Recipe) -> dict[str, str]:
    return {key: text for prepared in group for key, text in prepared.texts(recipe).items()}


def embed(model: str, texts: list[str]) -> Vectors:
    return get_embedder(model).embed(texts)


def receive(group: list[Prepared], orders: list[Order], run: Run) -> None:
    """A model that is being left may be gone already: then the index made with it does without what is new."""
    current = current_recipe()
    for order in orders:
        run.keep()
        try:
            keep_vectors(order.recipe.model, order.texts, order.vectors.result())
        except CancelledError:
            continue
        except EmbeddingError as error:
            for other in orders:
                if order.recipe in (other.recipe, current):
                    other.vectors.cancel()
            if order.recipe == current:
                raise
            log.warning("earlier_model_failed", model=order.recipe.model, reason=error.user_message)
            for prepared in group:
                prepared.pieces.pop(order.recipe, None)
    # What the group before no longer says had a vector when this one was ordered.
    embed_missing(texts_of(group, current), get_embedder(current.model), run.keep)


def give_back(group: list[Prepared], error: EmbeddingError, run: Run) -> None:
    """A service that is down comes back, however long that takes; one that refuses does so again."""
    log.warning("embedding_failed", documents=len(group), reason=error.user_message)
    for document in (prepared.document for prepared in group):
        if error.retryable:
            leases.postpone(document)
            run.finish(document, False)
        else:
            run.finish(document, fail(document, error.user_message))


def stored(prepared: Prepared) -> bool:
    """``store``, of which a document that the database does not take fails alone."""
    try:
        return store(prepared)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("document_not_stored", document=prepared.document.pk)
        return fail(prepared.document, NOT_PROCESSED)


def store(prepared: Prepared) -> bool:
    """Replaces what the document said before. False if that changed nothing, or the document is another's by now."""
    document, loaded = prepared.document, prepared.loaded
    with transaction.atomic():
        if not leases.held(document).select_for_update().exists():
            return False
        page_hash = hash_of(prepared.page_text) if prepared.page_text else ""
        changes = [replace_chunks(document, recipe, pieces) for recipe, pieces in prepared.pieces.items()]
        leases.held(document).update(
            title=prepared.title,
            description=loaded.description,
            markdown=loaded.markdown,
            page_starts=loaded.page_starts,
            updated_at=loaded.updated_at or document.updated_at,
            page_hash=page_hash,
            recipe=str(current_recipe()),
            status=Document.Status.READY,
            error="",
            lease_expires_at=None,
            attempts=0,
            indexed_at=timezone.now(),
        )
        forget_unused({document.page_hash} - {page_hash})
        if any(changes):
            count_change(document.collection_id)
    return any(changes)


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


def replace_chunks(document: Document, recipe: Recipe, pieces: list[Piece]) -> bool:
    """Passages that still say the same keep their rows, so the index that is being served keeps finding them.

    An index that was built since the document was edited is without them, though: that is a change, too.
    """
    before: dict[str, list[Chunk]] = defaultdict(list)
    for existing in document.chunks.filter(recipe=str(recipe)).order_by("-position"):
        before[existing.content_hash].append(existing)
    kept, added, came_back = [], [], False
    for position, piece in enumerate(pieces):
        new = chunk_row(document, recipe, position, piece)
        if same := before[new.content_hash]:
            existing = same.pop()
            new.pk = existing.pk
            came_back |= existing.revision != document.revision
            kept.append(new)
        else:
            added.append(new)
    gone = [existing for rows in before.values() for existing in rows]
    document.chunks.filter(pk__in=[existing.pk for existing in gone]).delete()
    Chunk.objects.bulk_update(kept, ["revision", "position", "headings", "anchor", "page", "text", "tokens"])
    Chunk.objects.bulk_create(added)
    forget_unused([existing.content_hash for existing in gone])
    return bool(added or gone or came_back)


def chunk_row(document: Document, recipe: Recipe, position: int, piece: Piece) -> Chunk:
    return Chunk(
        document=document,
        revision=document.revision,
        recipe=str(recipe),
        position=position,
        headings=list(piece.headings),
        anchor=piece.anchor[:300],
        page=piece.page,
        text=piece.text,
        tokens=piece.tokens,
        content_hash=hash_of(searchable_text(piece.headings, piece.text)),
    )


def count_change(collection_id: int) -> None:
    Collection.objects.filter(pk=collection_id).update(content_version=F("content_version") + 1)
