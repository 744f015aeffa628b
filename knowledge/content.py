"""What an index of a collection holds, read from the database as far as it is asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Collection as Group

import numpy as np
from django.db.models import F, QuerySet

from knowledge.batches import batches
from knowledge.embedders import Vectors, get_embedder
from knowledge.indexes.base import Ids, IndexedChunk, IndexedPage
from knowledge.models import Chunk, Collection, Document
from knowledge.text.searchable import page_text, readable
from knowledge.vectors import embed_missing, hash_of, known_hashes, vectors_of

ROWS_PER_QUERY = 500
ROW = {"pk": np.int64, "document_id": np.int64, "content_hash": "S64"}


def searchable_chunks(collection_id: int, recipe: str) -> QuerySet[Chunk]:
    """What may be found: published, of the current revision, cut by this recipe."""
    return Chunk.objects.filter(
        document__collection=collection_id,
        document__publication=Document.Publication.PUBLISHED,
        revision=F("document__revision"),
        recipe=recipe,
    )


class DatabaseContent:
    """The content of a collection as it is when this is made.

    What is deleted while it is read stays in the list, without a text and maybe without a vector: a search loads
    texts from the database, where it is gone.
    """

    def __init__(self, collection: Collection, model: str, recipe: str, before_embedding: Callable[[], None]) -> None:
        self.language = str(collection.language)
        self.embedder = get_embedder(model)
        self.before_embedding = before_embedding
        self.found = searchable_chunks(collection.pk, recipe)
        rows = self.found.order_by("pk").values_list(*ROW).iterator()
        listed = np.fromiter(rows, dtype=list(ROW.items()))
        self.chunk_ids: Ids = np.ascontiguousarray(listed["pk"])
        self.document_ids: Ids = np.ascontiguousarray(listed["document_id"])
        self.hashes = np.ascontiguousarray(listed["content_hash"])

    def chunks(self, chunk_ids: Ids) -> Iterator[IndexedChunk]:
        for some in batches(chunk_ids.tolist(), ROWS_PER_QUERY):
            for pk, headings, text in Chunk.objects.filter(pk__in=some).values_list("pk", "headings", "text"):
                yield IndexedChunk(pk, "".join(headings[:1]), " ".join(headings[1:]), readable(text))

    def pages(self, document_ids: Ids) -> Iterator[IndexedPage]:
        for some in batches(document_ids.tolist(), ROWS_PER_QUERY // 10):
            parts: dict[int, list[tuple[list[str], str]]] = defaultdict(list)
            rows = self.found.filter(document__in=some).order_by("document", "position")
            for document_id, headings, text in rows.values_list("document_id", "headings", "text"):
                parts[document_id].append((headings, text))
            for document_id, said in parts.items():
                yield page_of(document_id, said)

    def vectors(self, chunk_ids: Ids) -> Vectors:
        hashes = self.hashes[np.searchsorted(self.chunk_ids, chunk_ids)]
        return self.vectors_by_hash([each.decode() for each in hashes.tolist()], texts_of_chunks)

    def page_vectors(self, document_ids: Ids) -> Vectors:
        some_ids = batches(document_ids.tolist(), ROWS_PER_QUERY)
        pages = {document_id: each for some in some_ids for document_id, each in self.announcements(some)}
        texts = {content_hash: text for content_hash, text in pages.values() if text}
        hashes = [pages[document_id][0] if document_id in pages else "" for document_id in document_ids.tolist()]
        return self.vectors_by_hash(hashes, lambda missing: {**texts_of_chunks(missing), **texts})

    def announcements(self, document_ids: list[int]) -> Iterator[tuple[int, tuple[str, str]]]:
        """The hash of what stands for each page as a whole, and its text if that is not a passage of it."""
        first = self.found.filter(document__in=document_ids, position=0)
        rows = first.values_list(
            "document_id", "content_hash", "document__title", "document__path", "document__description"
        )
        for document_id, content_hash, title, path, description in rows:
            text = page_text(title or path, description)
            yield document_id, (hash_of(text) if text else content_hash, text)

    def vectors_by_hash(self, hashes: list[str], texts: Callable[[Group[str]], Mapping[str, str]]) -> Vectors:
        """Nearly always there already. After a change of the model or a loss, this is where they are made."""
        dimension = self.embedder.dimension if hashes else 0
        try:
            return vectors_of(hashes, self.embedder.name, dimension)
        except KeyError:
            missing = set(hashes) - known_hashes(self.embedder.name, hashes)
            embed_missing(texts(missing), self.embedder, self.before_embedding)
            return vectors_of(hashes, self.embedder.name, dimension, zeros=True)


def texts_of_chunks(hashes: Group[str]) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for some in batches(hashes, ROWS_PER_QUERY):
        rows = Chunk.objects.filter(content_hash__in=some).only("headings", "text", "content_hash")
        texts.update((chunk.content_hash, chunk.searchable_text) for chunk in rows)
    return texts


def page_of(document_id: int, said: list[tuple[list[str], str]]) -> IndexedPage:
    """Each heading once, however many passages stand below it."""
    headings = dict.fromkeys(heading for path, _ in said for heading in path[1:])
    text = "\n".join(readable(text) for _, text in said)
    return IndexedPage(document_id, "".join(said[0][0][:1]), "\n".join(headings), text)
