"""How much of the embedder's own speed is left when documents are read, cut, embedded, stored and indexed."""

from time import perf_counter

from django.conf import settings

from knowledge.embedders import get_embedder
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk, Collection
from knowledge.services import save_document
from tests.bench.report import Row
from tests.bench.texts import page

PAGES = 40
GOAL = 0.85


def measure() -> list[Row]:
    """The bare embedder gets the very same texts, all at once."""
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    embedder.embed(["warm up"])
    collection = Collection.objects.create(slug="ingestion", name="Ingestion", audience="public")
    ids = [
        save_document(collection=collection, path=f"{number}.md", content=page(number))[0].pk for number in range(PAGES)
    ]
    started = perf_counter()
    ingest(ids)
    build_index(collection.pk)
    ours = perf_counter() - started
    texts = [chunk.searchable_text for chunk in Chunk.objects.filter(document__collection=collection)]
    started = perf_counter()
    embedder.embed(texts)
    bare = perf_counter() - started
    ratio = bare / ours
    return [
        Row(
            f"ingest {PAGES} pages, {len(texts)} chunks",
            f"{len(texts) / ours:.1f} chunks/s",
            f"{len(texts) / bare:.1f} chunks/s",
            f"{ratio:.0%}",
            f"≥ {GOAL:.0%}",
            ratio >= GOAL,
        )
    ]
