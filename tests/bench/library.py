"""Collections of any size whose passages never went through the pipeline: only what searching them costs matters."""

import random
from collections.abc import Iterator

from knowledge.batches import batches
from knowledge.embedders import Vectors
from knowledge.models import Chunk, Collection, Document, Embedding
from knowledge.recipes import current_recipe
from knowledge.vectors import hash_of
from tests.bench.texts import sentence, vocabulary

CHUNKS_PER_DOCUMENT = 10
SENTENCES = 8
ROWS = 2_000
WORDS = 30_000


def fill(name: str, vectors: Vectors) -> Collection:
    """A passage for each vector, ten to a page, each page with a vector of its own."""
    collection = Collection.objects.create(slug=name, name=name, audience="public", content_version=1)
    chance, words = random.Random(3), vocabulary(WORDS)
    pages = -(-len(vectors) // CHUNKS_PER_DOCUMENT)
    for numbers in batches(range(pages), ROWS // CHUNKS_PER_DOCUMENT):
        documents = Document.objects.bulk_create(page(collection, number) for number in numbers)
        chunks = [chunk for document in documents for chunk in passages(document, chance, words)]
        first = numbers[0] * CHUNKS_PER_DOCUMENT
        own = vectors[first : first + len(chunks)]
        chunks = chunks[: len(own)]
        Chunk.objects.bulk_create(chunks, batch_size=500)
        rows = [*zip((chunk.content_hash for chunk in chunks), own, strict=True)]
        rows += [*zip((page_hash(document) for document in documents), own, strict=False)]
        embeddings = (Embedding(model=current_recipe().model, content_hash=key, vector=v.tobytes()) for key, v in rows)
        Embedding.objects.bulk_create(embeddings, batch_size=500, ignore_conflicts=True)
    return collection


def page(collection: Collection, number: int) -> Document:
    return Document(
        collection=collection,
        path=f"{number}.md",
        slug=str(number),
        title=f"Page {collection.slug} {number}",
        description=f"All about {number}.",
        status=Document.Status.READY,
        recipe=str(current_recipe()),
    )


def page_hash(document: Document) -> str:
    return hash_of(f"{document.title}. {document.description}")


def passages(document: Document, chance: random.Random, words: list[str]) -> Iterator[Chunk]:
    for position in range(CHUNKS_PER_DOCUMENT):
        text = " ".join(sentence(chance, words) for _ in range(SENTENCES))
        yield Chunk(
            document=document,
            revision=document.revision,
            recipe=str(current_recipe()),
            position=position,
            headings=[document.title, f"Section {position}"],
            text=text,
            tokens=150,
            content_hash=hash_of(f"{document.title} {position} {text}"),
        )
