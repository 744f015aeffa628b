"""Snapshots on disk: written aside, checksummed, renamed into place, and never touched again.

FAISS loads a file with flipped bits without a word, and crashes on others. Nothing is opened here before
its checksum agrees with the manifest, and the manifest with the one the database remembers.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from knowledge.embedders.base import Vectors
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import ChunkIds, IndexedChunk, Snapshot, VectorIndex
from knowledge.indexes.lexical import TantivyTexts
from knowledge.models import IndexVersion

VECTOR_INDEXES = {"faiss": "knowledge.indexes.faiss.FaissVectors"}
MANIFEST = "manifest.json"
UNFINISHED = "unfinished-"
# Nothing takes this long to write: an unfinished or unknown folder this old belongs to nobody.
ABANDONED_SECONDS = 3600


def vector_index() -> type[VectorIndex]:
    engine = settings.VECTOR_STORE_URL.partition("://")[0]
    return cast(type[VectorIndex], import_string(VECTOR_INDEXES[engine]))


def write(version: IndexVersion, chunk_ids: ChunkIds, vectors: Vectors, chunks: Sequence[IndexedChunk]) -> None:
    """Fills in ``folder``, ``manifest_sha256``, ``dimension`` and ``chunk_count`` of an unsaved version."""
    root = Path(settings.INDEX_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix=UNFINISHED, dir=root))
    version.dimension, version.chunk_count = vectors.shape[1], len(chunk_ids)
    try:
        vector_index().write(unfinished, chunk_ids, vectors)
        TantivyTexts.write(unfinished, chunks)
        version.manifest_sha256 = seal(unfinished, version)
        version.folder = f"{version.collection_id}-{version.pk}"
        os.replace(unfinished, root / version.folder)
        fsync(root)
    except (OSError, RuntimeError, ValueError) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise IndexUnusable(f"The index could not be written: {error}.", retryable=True) from error


def seal(folder: Path, version: IndexVersion) -> str:
    """Everything on disk for good, and the manifest that says what everything is."""
    files = {str(path.relative_to(folder)): checksum(path) for path in contents(folder)}
    manifest = {
        "collection": version.collection_id,
        "content_version": version.content_version,
        "embedding_model": version.embedding_model,
        "dimension": version.dimension,
        "chunks": version.chunk_count,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    for path in [*folder.rglob("*"), folder]:
        fsync(path)
    return checksum(folder / MANIFEST)


def open_snapshot(version: IndexVersion) -> Snapshot:
    """The snapshot of a version, or ``IndexUnusable`` if one bit of it is not as it was written."""
    folder = Path(settings.INDEX_ROOT) / version.folder
    try:
        manifest = verified_manifest(folder, version.manifest_sha256)
    except (OSError, ValueError, KeyError) as error:
        raise IndexUnusable(f"The index {version.folder or version.pk} is missing.") from error
    vectors = vector_index().open(folder)
    if (manifest["embedding_model"], vectors.dimension) != (version.embedding_model, max(version.dimension, 1)):
        raise IndexUnusable(f"The index {version.folder} was made by another model.")
    return Snapshot(
        version.manifest_sha256, version.collection_id, version.embedding_model, vectors, TantivyTexts.open(folder)
    )


def verified_manifest(folder: Path, sha256: str) -> dict[str, Any]:
    if checksum(folder / MANIFEST) != sha256:
        raise IndexUnusable(f"The manifest of {folder.name} is damaged.")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    for name, expected in manifest["files"].items():
        if checksum(folder / name) != expected:
            raise IndexUnusable(f"The index file {folder.name}/{name} is damaged.")
    return manifest


def remove(folders: Sequence[str]) -> None:
    for folder in filter(None, folders):
        shutil.rmtree(Path(settings.INDEX_ROOT) / folder, ignore_errors=True)


def remove_abandoned(known: set[str]) -> None:
    """What a killed builder left behind."""
    root = Path(settings.INDEX_ROOT)
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name not in known and folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def contents(folder: Path) -> Iterator[Path]:
    """The files that matter: the text index also keeps lock files, which come and go."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
