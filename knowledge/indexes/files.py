"""Files of snapshots: written for good, linked where they stay the same, and opened from a verified copy."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from knowledge.errors import IndexUnusable
from supportbot.errors import DiskFull
from supportbot.full_disk import is_full_disk

BLOCK = 1024 * 1024
REMOVAL_TRIES = 3


def contents(folder: Path) -> Iterator[Path]:
    """The files that matter, relative to the folder: a text index also keeps lock files, which come and go."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return (path.relative_to(folder) for path in found)


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def verified_copy(source: Path, target: Path, sha256: str) -> None:
    """Copies and checks in one reading. Raises ``IndexUnusable`` and leaves nothing if a bit is not as it should be:
    a retryable one if it is this machine that cannot read or write, of which the file knows nothing.

    What is mapped from a copy that nobody else knows can neither change nor shrink, which would end this process.
    """
    digest = hashlib.sha256()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as reader, target.open("wb") as writer:
            while block := reader.read(BLOCK):
                digest.update(block)
                writer.write(block)
    except FileNotFoundError as error:
        raise IndexUnusable(f"The index file {source.parent.name}/{source.name} is missing.") from error
    except OSError as error:
        raise not_here(error) from error
    if digest.hexdigest() != sha256:
        with suppress(OSError):
            target.unlink()
        raise IndexUnusable(f"The index file {source.parent.name}/{source.name} is damaged.")


def not_here(error: OSError) -> IndexUnusable:
    """Another machine may be able to, and so may this one later."""
    return IndexUnusable(f"The index cannot be opened on this machine: {error.strerror}.", retryable=True)


def not_written(error: Exception) -> IndexUnusable:
    said = DiskFull.user_message if is_full_disk(error) else f"The index could not be written: {error}."
    return IndexUnusable(said, retryable=True)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Gone afterwards; what was mapped from it stays readable."""
    try:
        folder = Path(mkdtemp(prefix="supportbot-"))
    except OSError as error:
        raise not_here(error) from error
    try:
        yield folder
    finally:
        # A text index that was just opened may write a lock file while its folder is being emptied.
        for _ in range(REMOVAL_TRIES):
            shutil.rmtree(folder, ignore_errors=True)


def make_durable(folder: Path) -> None:
    """Everything that matters in the folder on disk for good, itself included."""
    files = [folder / path for path in contents(folder)]
    for path in {*files, *(file.parent for file in files), folder}:
        fsync(path)


def fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
