"""How good search is on a labelled set: the real pipeline into a database that is thrown away, the real search.

A set is a folder in the form of BEIR (Thakur et al., 2021): ``corpus.jsonl`` (``_id``, ``title``, ``text``),
``queries.jsonl`` (``_id``, ``text``) and ``qrels/test.tsv`` (query, document, relevance from 0 up).
"""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings

from knowledge import services
from knowledge.access import PUBLIC
from knowledge.errors import EvaluationError
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk, Collection, Document
from knowledge.records import Passage
from knowledge.search import search_passages

# Enough passages that ten different documents are among them.
PASSAGES = 40
DEPTH = 10

# In bytes. A set that is shorter than that has hardly a document.
LONGEST_LINK = 255

Relevance = Mapping[str, int]


@dataclass(frozen=True)
class LabelledSet:
    """``relevant`` has the documents that answer a query, by its id, and how well."""

    documents: list[dict[str, str]]
    queries: dict[str, str]
    relevant: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` of what ``name`` says."""

    name: str
    done: int
    total: int


def read_set(folder: Path) -> LabelledSet:
    """Raises ``EvaluationError`` that names the file and the line it cannot use."""
    documents = [fields(row, "_id", "text", optional=("title",)) for row in rows(folder / "corpus.jsonl")]
    queries = {
        row["_id"]: row["text"] for row in (fields(row, "_id", "text") for row in rows(folder / "queries.jsonl"))
    }
    relevant = judgements(folder / "qrels" / "test.tsv")
    judged = {query: documents for query, documents in relevant.items() if query in queries and any(documents.values())}
    if not judged:
        raise EvaluationError(f"No query of {folder / 'queries.jsonl'} has a relevant document in qrels/test.tsv.")
    return LabelledSet(documents, {query: queries[query] for query in judged}, judged)


def rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Each object with where it stands, for whoever must say what is wrong with it."""
    try:
        with followed(path).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}, line {number}", json.loads(line)
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{path}, line {number} is not one JSON object, in UTF-8: {error}.") from error


def followed(path: Path) -> Path:
    """Where a symbolic link leads that Git, on a file system without links, wrote as a file with its target."""
    if path.stat().st_size > LONGEST_LINK:
        return path
    target = path.parent / path.read_text(encoding="utf-8", errors="replace").strip()
    return target if target.is_file() else path


def fields(row: tuple[str, Any], *needed: str, optional: Sequence[str] = ()) -> dict[str, str]:
    where, values = row
    if not isinstance(values, dict) or any(not isinstance(values.get(name), str) for name in needed):
        raise EvaluationError(f"{where}: an object with the texts {' and '.join(needed)} is needed.")
    return {name: str(values.get(name) or "") for name in (*needed, *optional)}


def judgements(path: Path) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
                if row and not (number == 1 and row[0].startswith("query")):
                    query, document, score = row
                    relevant[query][document] = int(score)
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise EvaluationError(f"{path}, line {number}: query, document and a whole number are needed.") from error
    return relevant


@contextmanager
def throw_away_database() -> Iterator[None]:
    """An empty database and index folder of its own, for this thread; what is served is neither read nor written."""
    own = connections.databases["default"]
    connections["default"].close()
    with TemporaryDirectory(prefix="supportbot-evaluation-") as folder:
        connections.databases["default"] = {**own, **sqlite(Path(folder) / "db.sqlite3")}
        del connections["default"]
        try:
            with override_settings(INDEX_ROOT=Path(folder) / "index", MEDIA_ROOT=Path(folder) / "media"):
                call_command("migrate", verbosity=0)
                yield
        finally:
            connections["default"].close()
            connections.databases["default"] = own
            del connections["default"]


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
    }


def evaluate(
    labelled: LabelledSet,
    on_progress: Callable[[Step], None] = lambda step: None,
    search: Callable[[str], Sequence[Passage]] | None = None,
) -> dict[str, float]:
    """The figures of one set, by the names they are known by. Run inside ``throw_away_database``.

    ``search`` is given the id of a query; by default the query's text is searched for.
    """
    search = search or (lambda query: search_passages(labelled.queries[query], PUBLIC, limit=PASSAGES))
    chunks_per_second, names = fill(labelled, on_progress)
    ranked: dict[str, list[str]] = {}
    taken: list[float] = []
    for number, query in enumerate(labelled.queries, start=1):
        started = perf_counter()
        passages = search(query)
        taken.append((perf_counter() - started) * 1000)
        ranked[query] = list(dict.fromkeys(names[passage.document_id] for passage in passages))
        on_progress(Step("Searching", number, len(labelled.queries)))
    return {
        **quality(ranked, labelled.relevant),
        "p50_ms": float(np.percentile(taken, 50)),
        "p95_ms": float(np.percentile(taken, 95)),
        "chunks_per_s": chunks_per_second,
    }


def fill(labelled: LabelledSet, on_progress: Callable[[Step], None]) -> tuple[float, dict[int, str]]:
    """Chunks per second through the whole pipeline, and which document is whose."""
    collection = Collection.objects.create(slug="evaluation", name="Evaluation", audience=Collection.Audience.PUBLIC)
    names: dict[int, str] = {}
    for number, row in enumerate(labelled.documents, start=1):
        # Ids are any text, with slashes, dots or nothing a path may have.
        document, _ = services.put_document(
            collection=collection,
            path=f"{number}.md",
            given=row["text"] or row["title"],
            title=row["title"],
            url="",
            source=None,
        )
        names[document.pk] = row["_id"]
    done = iter(range(1, len(names) + 1))
    started = perf_counter()
    ingest(names, on_progress=lambda _: on_progress(Step("Reading and embedding", next(done), len(names))))
    build_index(collection.pk)
    seconds = perf_counter() - started
    if unread := Document.objects.exclude(status=Document.Status.READY).values_list("pk", "error").first():
        raise EvaluationError(f"The document {names[unread[0]]} of corpus.jsonl could not be read: {unread[1]}")
    return Chunk.objects.count() / seconds, names


def quality(ranked: Mapping[str, Sequence[str]], relevant: Mapping[str, Relevance]) -> dict[str, float]:
    """Means over the queries, each from 0 to 1."""
    pairs = [(ranked[query], relevant[query]) for query in ranked]
    return {
        "ndcg@10": mean(ndcg(found, wanted) for found, wanted in pairs),
        "recall@5": mean(recall(found, wanted, 5) for found, wanted in pairs),
        "recall@10": mean(recall(found, wanted, 10) for found, wanted in pairs),
        "mrr@10": mean(reciprocal_rank(found, wanted) for found, wanted in pairs),
        "hit@1": mean(hit(found, wanted, 1) for found, wanted in pairs),
        "hit@5": mean(hit(found, wanted, 5) for found, wanted in pairs),
    }


def ndcg(found: Sequence[str], wanted: Relevance, depth: int = DEPTH) -> float:
    """Järvelin and Kekäläinen (2002), with the gain itself and not a power of it, as trec_eval has it."""
    ideal = gain(sorted(wanted.values(), reverse=True)[:depth])
    return gain(max(wanted.get(document, 0), 0) for document in found[:depth]) / ideal


def gain(relevances: Iterable[int]) -> float:
    return sum(relevance / log2(place + 1) for place, relevance in enumerate(relevances, start=1))


def recall(found: Sequence[str], wanted: Relevance, depth: int) -> float:
    right = answering(wanted)
    return len(right & set(found[:depth])) / len(right)


def reciprocal_rank(found: Sequence[str], wanted: Relevance, depth: int = DEPTH) -> float:
    right = answering(wanted)
    return next((1 / place for place, document in enumerate(found[:depth], start=1) if document in right), 0.0)


def hit(found: Sequence[str], wanted: Relevance, depth: int) -> float:
    return float(bool(answering(wanted) & set(found[:depth])))


def answering(wanted: Relevance) -> set[str]:
    return {document for document, relevance in wanted.items() if relevance > 0}
