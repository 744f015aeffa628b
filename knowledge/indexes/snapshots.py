"""Versions on disk: a folder each, written aside, checksummed, renamed into place, and never touched again.

A version holds everything it needs, and costs only what is new in it: the files that stay the same are links to
those of the version before. Its vectors are a large base and a small delta, which are merged now and then; its
words are two text indexes, whose files never change either.

FAISS loads a file with flipped bits without a word, and crashes on others. Nothing is opened before its checksum
agrees with the manifest, and the manifest with the one the database remembers.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from knowledge.embedders.base import Vectors
from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Content, Heartbeat, Ids
from knowledge.indexes.changes import Changes, changes_since
from knowledge.indexes.faiss import write_vectors
from knowledge.indexes.files import checksum, contents, fsync, link, make_durable, not_here, not_written
from knowledge.indexes.lexical import PageTexts, PassageTexts
from knowledge.models import IndexVersion

MANIFEST = "manifest.json"
UNFINISHED = "unfinished-"
# Nothing takes this long to write: an unfinished or unknown folder this old belongs to nobody.
ABANDONED_SECONDS = 6 * 3600
# So few vectors are written anew each time: that takes less than keeping a delta.
SMALL = 2_000
# A delta is compared vector by vector; more of it than this costs more than a merge saves.
LARGEST_DELTA = 0.1
# Vectors of chunks that are gone are found and thrown away; more of them than this are worth a merge.
MOST_GONE = 0.2


@dataclass(frozen=True)
class Previous:
    """What a new version is made from: the folder of the one before, as far as it can be trusted."""

    folder: Path
    files: dict[str, str]
    chunk_ids: Ids
    document_ids: Ids

    def link(self, name: str, folder: Path) -> str:
        """Returns the checksum, which is taken over: whoever opens the file looks whether it is right."""
        link(self.folder / name, folder / name)
        return self.files[name]


@dataclass(frozen=True)
class Base:
    """A base of vectors in a folder of its own, to be put into a version."""

    folder: Path
    details: dict[str, Any]


def publish(
    version: IndexVersion, content: Content, previous: IndexVersion | None, beat: Heartbeat, merged: Base | None = None
) -> None:
    """Fills in what an unsaved version is and where. ``IndexUnusable`` if it cannot be written."""
    with unfinished(merged) as folder:
        before = trusted(previous, version, content) if previous else None
        changes = changes_since(before, content)
        known = write_texts(folder, content, before, changes, beat)
        known |= write_base(folder, content, before, merged, beat)
        write_delta(folder, content, beat)
        write_pages(folder, content, before, changes)
        np.save(folder / "ids.npy", content.chunk_ids)
        np.save(folder / "documents.npy", content.document_ids)
        version.chunk_count = len(content.chunk_ids)
        version.dimension = int(np.load(folder / "page_vectors.npy").shape[1]) if version.chunk_count else 0
        version.details = details_of(folder, content)
        version.host = socket.gethostname()
        version.manifest_sha256 = seal(folder, version, content, known)
        version.size_bytes = sum((folder / path).stat().st_size for path in contents(folder))
        version.folder = f"{version.collection_id}-{version.pk}"
        root = Path(settings.INDEX_ROOT)
        os.replace(folder, root / version.folder)
        fsync(root)


@contextmanager
def unfinished(merged: Base | None = None) -> Iterator[Path]:
    """A folder that is gone again if anything goes wrong."""
    root = Path(settings.INDEX_ROOT)
    folder = root
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=UNFINISHED, dir=root))
        yield folder
    except (OSError, RuntimeError, ValueError) as error:
        raise not_written(error) from error
    finally:
        if folder != root:
            shutil.rmtree(folder, ignore_errors=True)


def trusted(previous: IndexVersion, version: IndexVersion, content: Content) -> Previous | None:
    """None if nothing of it can be used: made otherwise, gone, or damaged where we are going to read it."""
    folder = Path(settings.INDEX_ROOT) / previous.folder
    try:
        if checksum(folder / MANIFEST) != previous.manifest_sha256:
            return None
        manifest = json.loads((folder / MANIFEST).read_text())
        if manifest["made_for"] != made_for(version, content):
            return None
        files: dict[str, str] = manifest["files"]
        read_again = [name for name in files if not name.startswith("base")]
        if any(checksum(folder / name) != files[name] for name in read_again):
            return None
        ids, documents = np.load(folder / "ids.npy"), np.load(folder / "documents.npy")
        return Previous(folder, files, ids, documents)
    except (OSError, ValueError, KeyError):
        return None


def made_for(version: IndexVersion, content: Content) -> list[str]:
    """Versions of which one of these differs have nothing in common. The number is that of this layout."""
    return ["2", version.embedding_model, version.recipe, content.language]


def write_texts(
    folder: Path, content: Content, before: Previous | None, changes: Changes, beat: Heartbeat
) -> dict[str, str]:
    """Both text indexes, from those of the version before where there is one. Returns the checksums of links."""
    linked = link_texts(folder, before) if before else {}
    if len(changes.added) or len(changes.gone) or not before:
        chunks = counted(content.chunks(changes.added), beat)
        PassageTexts.update(folder / "text", content.language, changes.gone.tolist(), chunks)
        pages = content.pages(np.intersect1d(changes.touched, content.document_ids))
        PageTexts.update(folder / "pages", content.language, changes.touched.tolist() if before else [], pages)
    # A commit removes files that are not needed any more, which takes away the link only.
    return {name: sha256 for name, sha256 in linked.items() if (folder / name).exists()}


def link_texts(folder: Path, before: Previous) -> dict[str, str]:
    linked: dict[str, str] = {}
    for name in before.files:
        if not name.startswith(("text/", "pages/")):
            continue
        if Path(name).name.startswith((".", "meta")):  # which a commit writes again, under the same name
            copy(before.folder / name, folder / name)
        else:
            linked[name] = before.link(name, folder)
    return linked


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def counted(entries: Any, beat: Heartbeat) -> Iterator[Any]:
    for number, entry in enumerate(entries, start=1):
        if number % 100 == 0:
            beat(number)
        yield entry


def write_base(
    folder: Path, content: Content, before: Previous | None, merged: Base | None, beat: Heartbeat
) -> dict[str, str]:
    if merged:
        for name in ("base.faiss", "base_ids.npy", "base.json"):
            link(merged.folder / name, folder / name)
        return {}
    if before and len(content.chunk_ids) > SMALL:
        return {name: before.link(name, folder) for name in ("base.faiss", "base_ids.npy", "base.json")}
    write_new_base(folder, content, beat)
    return {}


def write_new_base(folder: Path, content: Content, beat: Heartbeat) -> dict[str, Any]:
    details = write_vectors(folder / "base.faiss", content.chunk_ids, beating(content, beat))
    np.save(folder / "base_ids.npy", content.chunk_ids)
    (folder / "base.json").write_text(json.dumps(details))
    return details


def merge(content: Content, beat: Heartbeat) -> Base:
    """A base of all there is, for ``publish``. Its folder is the caller's to remove."""
    root = Path(settings.INDEX_ROOT)
    folder = Path(mkdtemp(prefix=UNFINISHED, dir=root))
    with ExitStack() as unless_finished:
        unless_finished.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            base = Base(folder, write_new_base(folder, content, beat))
        except (OSError, RuntimeError, ValueError) as error:
            raise not_written(error) from error
        unless_finished.pop_all()
    return base


def beating(content: Content, beat: Heartbeat) -> Callable[[Ids], Vectors]:
    """Its vectors, with a sign of life each time some are read."""

    def read(ids: Ids) -> Vectors:
        beat()
        return content.vectors(ids)

    return read


def write_delta(folder: Path, content: Content, beat: Heartbeat) -> None:
    """Whatever the base has not, anew each time: it is small."""
    ids = np.setdiff1d(content.chunk_ids, np.load(folder / "base_ids.npy"))
    if len(ids):
        write_vectors(folder / "delta.faiss", ids, beating(content, beat))
        np.save(folder / "delta_ids.npy", ids)


def write_pages(folder: Path, content: Content, before: Previous | None, changes: Changes) -> None:
    """The vectors of whole pages, as 16-bit floats in the order of their documents."""
    ids = np.unique(content.document_ids)
    known, vectors_before = pages_of(before)
    kept = np.setdiff1d(np.intersect1d(ids, known), changes.touched)
    fresh = np.setdiff1d(ids, kept)
    new = content.page_vectors(fresh).astype(np.float16)
    vectors = np.empty((len(ids), max(new.shape[1], vectors_before.shape[1])), dtype=np.float16)
    if len(fresh):
        vectors[np.searchsorted(ids, fresh)] = new
    if len(kept):
        vectors[np.searchsorted(ids, kept)] = vectors_before[np.searchsorted(known, kept)]
    np.save(folder / "page_ids.npy", ids)
    np.save(folder / "page_vectors.npy", vectors)


def pages_of(before: Previous | None) -> tuple[Ids, NDArray[np.float16]]:
    if before is None:
        return np.array([], dtype=np.int64), np.empty((0, 0), dtype=np.float16)
    return np.load(before.folder / "page_ids.npy"), np.load(before.folder / "page_vectors.npy")


def details_of(folder: Path, content: Content) -> dict[str, Any]:
    base = np.load(folder / "base_ids.npy", mmap_mode="r")
    delta = np.load(folder / "delta_ids.npy", mmap_mode="r") if (folder / "delta_ids.npy").exists() else ()
    gone = len(base) - (len(content.chunk_ids) - len(delta))
    return {**json.loads((folder / "base.json").read_text()), "base": len(base), "delta": len(delta), "gone": gone}


def needs_merge(version: IndexVersion) -> bool:
    base, delta, gone = (int(version.details.get(name, 0)) for name in ("base", "delta", "gone"))
    return delta > max(SMALL, LARGEST_DELTA * base) or gone > max(SMALL, MOST_GONE * base)


def seal(folder: Path, version: IndexVersion, content: Content, known: dict[str, str]) -> str:
    """Everything on disk for good, and the manifest that says what everything is."""
    files = {str(path): known.get(str(path)) or checksum(folder / path) for path in contents(folder)}
    manifest = {
        "collection": version.collection_id,
        "content_version": version.content_version,
        "made_for": made_for(version, content),
        "language": content.language,
        "dimension": version.dimension,
        "chunks": version.chunk_count,
        "details": version.details,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    make_durable(folder)
    return checksum(folder / MANIFEST)


def read_manifest(folder: Path, sha256: str) -> dict[str, Any]:
    try:
        if checksum(folder / MANIFEST) != sha256:
            raise IndexUnusable(f"The manifest of {folder.name} is damaged.")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise IndexUnusable(f"The index {folder.name} is missing.") from error
    except OSError as error:
        raise not_here(error) from error
    return manifest


def remove(folders: Sequence[str]) -> None:
    for folder in filter(None, folders):
        shutil.rmtree(Path(settings.INDEX_ROOT) / folder, ignore_errors=True)


def remove_abandoned(known: set[str]) -> None:
    """What a killed builder left behind."""
    root = Path(settings.INDEX_ROOT)
    for folder in root.iterdir() if root.is_dir() else ():
        # One that is being written now may get its name meanwhile.
        with suppress(FileNotFoundError):
            if folder.name not in known and folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
