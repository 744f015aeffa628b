"""A small collection, served, with edits that wait to be processed; and what is to be seen of it from outside."""

import os
from contextlib import suppress
from pathlib import Path
from shutil import copytree
from typing import Any

from django.conf import settings
from django.db import connections

from knowledge import indexes, services, tasks
from knowledge.access import PUBLIC
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk, Collection, Document, IndexVersion
from knowledge.search import search_passages

QUERIES = ("refunds", "invoices by mail", "old", "new", "paragraph about parcels")


def text(name: str, age: str, paragraphs: int = 3) -> str:
    """Every passage says whether it is the old or the new text, so that a mixture shows."""
    body = [
        f"## Part {n}\n\nThe {age} paragraph {n} of {name} about refunds, invoices and parcels. "
        + f"{name} {age} " * 30
        for n in range(paragraphs)
    ]
    return "\n\n".join([f"# {name.capitalize()}", *body])


def fill() -> None:
    """Six documents that are served; two of them edited, one deleted, one retired and three new since then."""
    collection = Collection.objects.create(slug="docs", name="Docs", audience="public")
    documents = {name: put(collection, name, "old") for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")}
    ingest([document.pk for document in documents.values()])
    build_index(collection.pk)
    for name in ("alpha", "beta", "eta", "theta", "iota"):
        put(collection, name, "new")
    services.delete([documents["gamma"]])
    services.retire([documents["delta"]])


def put(collection: Collection, name: str, age: str) -> Document:
    return services.put_document(collection=collection, path=f"{name}.md", given=text(name, age))[0]


def work() -> None:
    """What a worker does with what waits."""
    waiting = Document.objects.filter(status=Document.Status.PENDING, publication="published").order_by("pk")
    tasks.ingest_documents(list(waiting.values_list("pk", flat=True)))
    build_index(Collection.objects.get().pk)


def sweep() -> None:
    """What the sweep does, however often it comes."""
    for _ in range(3):
        tasks.resume_ingestion()


def state() -> dict[str, Any]:
    """All that anybody can tell of it. Ids and times differ from run to run and are left out."""
    collection = Collection.objects.get()
    (snapshot,) = indexes.serving([collection.pk])
    indexed = Chunk.objects.filter(pk__in=snapshot.chunk_ids.tolist())  # type: ignore[attr-defined]
    kept = set(IndexVersion.objects.exclude(folder="").values_list("folder", flat=True))
    folders = {path.name for path in Path(settings.INDEX_ROOT).iterdir()}
    return {
        "documents": [
            [document.path, document.status, said(document)] for document in Document.objects.order_by("path")
        ],
        "indexed": sorted(indexed.values_list("text", flat=True)),
        "found": {query: sorted(passage.text for passage in search(query)) for query in QUERIES},
        "missing folders": sorted(kept - folders),
    }


def said(document: Document) -> list[str]:
    return list(document.chunks.order_by("position").values_list("text", flat=True))


def search(query: str) -> Any:
    return search_passages(query, PUBLIC, limit=60)


def halves() -> list[str]:
    """Documents of which a customer could be shown the old and the new text at the same time."""
    ages: dict[str, set[str]] = {}
    for query in QUERIES:
        for passage in search(query):
            ages.setdefault(passage.title, set()).add("new" if " new " in passage.text else "old")
    return sorted(title for title, seen in ages.items() if len(seen) > 1)


def use(folder: Path) -> None:
    """This process works in that folder from now on."""
    settings.INDEX_ROOT, settings.MEDIA_ROOT = folder / "index", folder / "media"
    with suppress(AttributeError):
        connections["default"].close()
    connections.databases["default"]["NAME"] = str(folder / "db.sqlite3")
    del connections["default"]
    indexes.engines.clear()


def copy_of(template: Path, name: str) -> Path:
    return Path(copytree(template, template.with_name(name)))


def close() -> None:
    connections.close_all()
    indexes.engines.clear()


def in_child(job: Any) -> int:
    """Runs it in a child of its own, which is waited for. Returns the signal or exit code that ended it."""
    pid = start(job)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(job: Any) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            job()
            code = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    return pid
