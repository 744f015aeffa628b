"""``make rivals FOLDER=…``: the same documents, questions and embedder through other frameworks, as their guides
set them up, and through ours. Each in a process of its own, so that its memory is its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

# Passages asked for, so that ten different documents are among them.
PASSAGES = 40
DEPTH = 10
NAMES = ("supportbot", "langchain", "llamaindex", "haystack", "txtai")

Search = Callable[[str], Sequence[str]]


def langchain(documents: list[dict[str, str]], embedder: Any) -> tuple[Search, int]:
    """Their FAISS guide: a recursive splitter of 1 000 characters with 200 of overlap, similarity search."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Ours(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return embedder.embed_query(text).tolist()

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    texts, owners = pieces(documents, splitter.split_text)
    store = FAISS.from_texts(texts, Ours(), metadatas=[{"id": owner} for owner in owners])
    return lambda query: [hit.metadata["id"] for hit in store.similarity_search(query, k=PASSAGES)], len(texts)


def llamaindex(documents: list[dict[str, str]], embedder: Any) -> tuple[Search, int]:
    """Their starter: sentence splitter, index and retriever with their defaults, counting our embedder's tokens."""
    from llama_index.core import Document, Settings, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Ours(BaseEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed(texts).tolist()

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query).tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    Settings.tokenizer = lambda text: embedder.counter.encode(text).ids
    Settings.embed_model = Ours(embed_batch_size=256)
    wrapped = [Document(text=whole(row), metadata={}, doc_id=row["_id"]) for row in documents]
    index = VectorStoreIndex.from_documents(wrapped)
    retriever = index.as_retriever(similarity_top_k=PASSAGES)
    return lambda query: [hit.node.ref_doc_id for hit in retriever.retrieve(query)], len(index.docstore.docs)


def haystack(documents: list[dict[str, str]], embedder: Any) -> tuple[Search, int]:
    """Their hybrid retrieval guide: words of 250 per split, BM25 and vectors in memory, joined by reciprocal ranks."""
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    texts, owners = pieces(documents, by_words)
    vectors = embedder.embed(texts)
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=str(number), content=text, embedding=vector.tolist(), meta={"owner": owner})
            for number, (text, vector, owner) in enumerate(zip(texts, vectors, owners, strict=True))
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=PASSAGES)
    near = InMemoryEmbeddingRetriever(store, top_k=PASSAGES)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=PASSAGES)

    def search(query: str) -> list[str]:
        vector = embedder.embed_query(query).tolist()
        found = [words.run(query=query)["documents"], near.run(query_embedding=vector)["documents"]]
        return [hit.meta["owner"] for hit in joiner.run(documents=found)["documents"]]

    return search, len(texts)


def txtai(documents: list[dict[str, str]], embedder: Any) -> tuple[Search, int]:
    """Their hybrid search: sparse and dense with their weights. It leaves splitting to whoever uses it."""
    from txtai import Embeddings

    texts, owners = pieces(documents, by_words)
    index = Embeddings(method="external", transform=lambda batch: embedder.embed(list(batch)), hybrid=True)
    index.index((number, text, None) for number, text in enumerate(texts))
    return lambda query: [owners[number] for number, _ in index.search(query, PASSAGES)], len(texts)


def supportbot(documents: list[dict[str, str]], embedder: Any) -> tuple[Search, int]:
    """The real pipeline and the real search."""
    from knowledge import services
    from knowledge.access import PUBLIC
    from knowledge.ingestion import build_index, ingest
    from knowledge.models import Chunk, Collection
    from knowledge.search import search_passages

    collection = Collection.objects.create(slug="rivals", name="Rivals", audience="public")
    owners = {
        services.put_document(
            collection=collection, path=f"{number}.md", given=row["text"] or row["title"], title=row["title"]
        )[0].pk: row["_id"]
        for number, row in enumerate(documents)
    }
    ingest(owners)
    build_index(collection.pk)
    return (
        lambda query: [owners[hit.document_id] for hit in search_passages(query, PUBLIC, limit=PASSAGES)],
        Chunk.objects.count(),
    )


def pieces(documents: list[dict[str, str]], split: Callable[[str], list[str]]) -> tuple[list[str], list[str]]:
    """All pieces, and whose each is."""
    pairs = [(piece, row["_id"]) for row in documents for piece in split(whole(row))]
    return [piece for piece, _ in pairs], [owner for _, owner in pairs]


def by_words(text: str, length: int = 250) -> list[str]:
    words = text.split(" ")
    return [" ".join(words[start : start + length]) for start in range(0, len(words), length)]


def whole(row: dict[str, str]) -> str:
    return f"{row['title']}\n{row['text']}" if row["title"] else row["text"]


def measure(name: str, folder: Path) -> dict[str, float]:
    """In a process of its own, with Django set up."""
    import psutil

    from knowledge.embedders import get_embedder
    from knowledge.evaluation import quality, read_set

    labelled = read_set(folder)
    embedder = get_embedder("minilm")
    embedder.embed(["warm up"])
    before = psutil.Process().memory_info().rss
    started = perf_counter()
    search, count = globals()[name](labelled.documents, embedder)
    filled = perf_counter() - started
    ranked, taken = {}, []
    for query, text in labelled.queries.items():
        started = perf_counter()
        found = search(text)
        taken.append((perf_counter() - started) * 1000)
        ranked[query] = list(dict.fromkeys(found))
    return {
        **quality(ranked, labelled.relevant),
        "chunks": count,
        "documents_per_s": len(labelled.documents) / filled,
        "chunks_per_s": count / filled,
        "p50_ms": sorted(taken)[len(taken) // 2],
        "p95_ms": sorted(taken)[int(len(taken) * 0.95)],
        "mib": (psutil.Process().memory_info().rss - before) / 2**20,
    }


def main(folder: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{Path(folder).name}: same texts, same embedder", title_justify="left")
    for column in ("", "nDCG@10", "hit@1", "documents/s", "query p50", "p95", "memory"):
        table.add_column(column)
    for name in NAMES:
        done = subprocess.run([sys.executable, "-m", __spec__.name, name, folder], capture_output=True, text=True)
        if done.returncode:
            table.add_row(name, done.stderr.strip().splitlines()[-1])
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        quality = (f"{row['ndcg@10']:.3f}", f"{row['hit@1']:.3f}", f"{row['documents_per_s']:.1f}")
        table.add_row(name, *quality, f"{row['p50_ms']:.1f} ms", f"{row['p95_ms']:.1f} ms", f"{row['mib']:.0f} MiB")
    Console(width=110).print(table)


def run_one(name: str, folder: str) -> None:
    with tempfile.TemporaryDirectory(prefix="supportbot-rivals-") as state:
        os.environ.update(DATA_DIR=state, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="supportbot.settings")
        os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", HAYSTACK_TELEMETRY_ENABLED="False")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps(measure(name, Path(folder))))  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run_one(sys.argv[1], sys.argv[2])
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit("Name a folder in the form of BEIR: make rivals FOLDER=path")
