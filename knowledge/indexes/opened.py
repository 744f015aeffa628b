"""Versions on disk that this process answers from, opened once and swapped by reference."""

import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import structlog
from django.conf import settings
from django.db import connections

from knowledge.embedders.base import Vectors
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Hits, Ids
from knowledge.indexes.faiss import FaissVectors, open_vectors
from knowledge.indexes.files import not_here, private_folder, verified_copy
from knowledge.indexes.lexical import PageTexts, PassageTexts
from knowledge.indexes.snapshots import read_manifest
from knowledge.models import IndexVersion

log = structlog.get_logger(__name__)

# More than this to copy and check, and questions are answered from the version before until it is done.
OPENED_AT_ONCE_BYTES = 64 * 1024 * 1024
CHILD_SECONDS = 120
# A full disk or too many open files: the version itself may be fine.
TRY_AGAIN_SECONDS = 10
PROBE = "import django; django.setup(); from knowledge.indexes.opened import probe; probe()"


@dataclass(frozen=True)
class DiskSnapshot:
    """``seal`` is the checksum of its manifest: no two versions have the same, whatever their numbers."""

    seal: str
    collection_id: int
    embedding_model: str
    vectors: Sequence[FaissVectors]
    texts: PassageTexts
    pages: PageTexts
    chunk_ids: Ids
    document_ids: Ids
    page_ids: Ids
    page_vectors: Any

    @property
    def collection_ids(self) -> frozenset[int]:
        return frozenset([self.collection_id])

    @property
    def chunks(self) -> int:
        return len(self.chunk_ids)

    def search_vectors(self, vector: Vectors, limit: int) -> Hits:
        # The base still has vectors of chunks that are gone; few enough that twice as many hits leave a full list.
        gone = sum(len(part.ids) for part in self.vectors) - len(self.chunk_ids)
        found = [hit for part in self.vectors for hit in part.search(vector, limit + min(gone, limit))]
        here = self.documents_of([chunk_id for chunk_id, _ in found])
        return sorted((hit for hit in found if hit[0] in here), key=lambda hit: -hit[1])[:limit]

    def search_text(self, query: str, limit: int) -> Hits:
        return self.texts.search(query, limit)

    def search_name(self, identifier: str, limit: int) -> Hits:
        return self.texts.named(identifier, limit)

    def search_pages(self, query: str, limit: int) -> Hits:
        return self.pages.search(query, limit)

    def similarities(self, vector: Vectors, chunk_ids: Sequence[int]) -> dict[int, float]:
        here = list(self.documents_of(chunk_ids))
        return {key: cosine for part in self.vectors for key, cosine in part.similarities(vector, here).items()}

    def page_similarities(self, vector: Vectors, document_ids: Sequence[int]) -> dict[int, float]:
        if vector.shape != self.page_vectors.shape[1:] or not np.isfinite(vector).all():
            return {}
        wanted, places = located(self.page_ids, document_ids)
        cosines = self.page_vectors[places].astype(np.float32) @ vector
        return dict(zip(wanted.tolist(), cosines.tolist(), strict=True))

    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]:
        wanted, places = located(self.chunk_ids, chunk_ids)
        return dict(zip(wanted.tolist(), self.document_ids[places].tolist(), strict=True))

    def knows(self, word: str) -> bool:
        return self.texts.knows(word)

    def words_beginning_with(self, letter: str) -> Sequence[tuple[str, int]]:
        return self.texts.words_beginning_with(letter)


def located(ids: Ids, wanted: Sequence[int]) -> tuple[Ids, Ids]:
    """Those of ``wanted`` that are among the rising ``ids``, and where."""
    asked = np.unique(np.array(wanted, dtype=np.int64))
    if not len(ids) or not len(asked):
        return asked[:0], asked[:0]
    places = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    here = ids[places] == asked
    return asked[here], places[here]


class OpenedVersions:
    """The newest usable version of each collection."""

    def __init__(self) -> None:
        self.current: dict[int, DiskSnapshot] = {}
        self.unusable: set[str] = set()
        # What this machine could not open, and from when on it tries again.
        self.not_before: dict[str, float] = {}
        self.bases: WeakValueDictionary[str, FaissVectors] = WeakValueDictionary()
        self.in_background: set[str] = set()
        self.locks: dict[int, Lock] = defaultdict(Lock)

    def newest(self, versions: Sequence[IndexVersion]) -> DiskSnapshot | None:
        """``versions`` of one collection, the one that is served first; what was served before stands in for it."""
        for version in versions:
            current = self.current.get(version.collection_id)
            if current and current.seal == version.manifest_sha256:
                return current
            if version.manifest_sha256 in self.unusable or not self.is_due(version):
                continue
            if current and self.takes_long(version):
                self.open_in_background(version)
                return current
            if snapshot := self.open(version):
                return snapshot
        return None

    def is_due(self, version: IndexVersion) -> bool:
        return monotonic() >= self.not_before.get(version.manifest_sha256, 0.0)

    def takes_long(self, version: IndexVersion) -> bool:
        try:
            files = read_manifest(folder_of(version), version.manifest_sha256)["files"]
            is_open = base_of(files) in self.bases
            new = [name for name in files if not (is_open and name.startswith("base"))]
            size: int = sum((folder_of(version) / name).stat().st_size for name in new)
        except (IndexUnusable, OSError):
            return False
        return size > OPENED_AT_ONCE_BYTES

    def open_in_background(self, version: IndexVersion) -> None:
        seal = version.manifest_sha256
        if seal not in self.in_background:
            self.in_background.add(seal)
            Thread(target=self.open_and_disconnect, args=(version,), name="open-index", daemon=True).start()

    def open_and_disconnect(self, version: IndexVersion) -> None:
        try:
            self.open(version)
        finally:
            self.in_background.discard(version.manifest_sha256)
            connections.close_all()

    def open(self, version: IndexVersion) -> DiskSnapshot | None:
        with self.locks[version.collection_id]:
            current = self.current.get(version.collection_id)
            if current and current.seal == version.manifest_sha256:
                return current
            try:
                snapshot = open_snapshot(version, self.bases)
            except IndexUnusable as error:
                self.set_aside(version, error)
                return None
            except OSError as error:
                self.set_aside(version, not_here(error))
                return None
            self.current[version.collection_id] = snapshot
            return snapshot

    def set_aside(self, version: IndexVersion, error: IndexUnusable) -> None:
        log.error("index_unusable", collection=version.collection_id, version=version.pk, reason=error.user_message)
        if error.retryable:
            self.not_before[version.manifest_sha256] = monotonic() + TRY_AGAIN_SECONDS
        else:
            self.unusable.add(version.manifest_sha256)
            mark_as_failed(version, error)


def mark_as_failed(version: IndexVersion, error: IndexUnusable) -> None:
    """It is no longer served, so the sweep of pending work has a new one built."""
    IndexVersion.objects.filter(pk=version.pk).update(status=IndexVersion.Status.FAILED, error=error.user_message)


def folder_of(version: IndexVersion) -> Path:
    return Path(settings.INDEX_ROOT) / version.folder


def open_snapshot(version: IndexVersion, bases: MutableMapping[str, FaissVectors]) -> DiskSnapshot:
    """The snapshot of a version, or ``IndexUnusable`` if one bit of it is not as it was written.

    ``bases`` are those that are open already, by the checksums of vectors and ids: versions share them.
    """
    source = folder_of(version)
    manifest = read_manifest(source, version.manifest_sha256)
    files: dict[str, str] = manifest["files"]
    shared = bases.get(base_of(files))
    with private_folder() as copies:
        for name, sha256 in files.items():
            if not (shared and name.startswith("base")):
                verified_copy(source / name, copies / name, sha256)
        if version.host not in ("", socket.gethostname()):
            try_in_a_child(copies, manifest["language"])
        snapshot = map_files(version, copies, manifest, shared)
    bases[base_of(files)] = snapshot.vectors[0]
    return snapshot


def base_of(files: Mapping[str, str]) -> str:
    """The same vectors may stand for other chunks: those of a collection that says the same."""
    return files["base.faiss"] + files["base_ids.npy"]


def map_files(
    version: IndexVersion, folder: Path, manifest: dict[str, Any], shared: FaissVectors | None
) -> DiskSnapshot:
    vectors = [shared or open_vectors(folder / "base.faiss", np.load(folder / "base_ids.npy"))]
    if (folder / "delta.faiss").exists():
        vectors.append(open_vectors(folder / "delta.faiss", np.load(folder / "delta_ids.npy")))
    if manifest["made_for"][1] != version.embedding_model or any(
        part.dimension != max(version.dimension, 1) for part in vectors
    ):
        raise IndexUnusable(f"The index {version.folder} was made by another model.")
    return DiskSnapshot(
        seal=version.manifest_sha256,
        collection_id=version.collection_id,
        embedding_model=version.embedding_model,
        vectors=vectors,
        texts=PassageTexts.open(folder / "text", manifest["language"]),
        pages=PageTexts.open(folder / "pages", manifest["language"]),
        chunk_ids=np.load(folder / "ids.npy", mmap_mode="r"),
        document_ids=np.load(folder / "documents.npy", mmap_mode="r"),
        page_ids=np.load(folder / "page_ids.npy", mmap_mode="r"),
        page_vectors=np.load(folder / "page_vectors.npy", mmap_mode="r"),
    )


def try_in_a_child(folder: Path, language: str) -> None:
    """Files another machine wrote may be made to crash whoever reads them: then it is a child that crashes."""
    command = [sys.executable, "-c", PROBE, str(folder), language]
    try:
        subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, timeout=CHILD_SECONDS)  # noqa: S603
    except (subprocess.SubprocessError, OSError) as error:
        raise IndexUnusable("An index that came from another machine could not be opened.") from error


def probe() -> None:
    """In the child: opens everything and searches it once. Django is configured for its models' sake only."""
    folder, language = Path(sys.argv[1]), sys.argv[2]
    vectors = open_vectors(folder / "base.faiss", np.load(folder / "base_ids.npy"))
    vectors.search(np.zeros(vectors.dimension, dtype=np.float32), 1)
    PassageTexts.open(folder / "text", language).search("probe", 1)
    PageTexts.open(folder / "pages", language).search("probe", 1)
