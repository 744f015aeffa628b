"""A folder of files on this machine, read with everything below it. A single file will do."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.errors import SourceError
from knowledge.folders import document_files, page_url
from knowledge.models import Source
from knowledge.sources.base import Found, Visit
from knowledge.sources.patterns import Patterns


def read_folder(source: Source, visit: Visit) -> Iterator[Found]:
    root = Path(source.location)
    if root.is_file():
        yield read_file(source, root, root.name)
        return
    if not root.is_dir():
        raise SourceError(f"There is no folder {root} on this machine.")
    wanted = Patterns(source.include, source.exclude)
    names = [name for path in document_files(root) if wanted.match(name := path.relative_to(root).as_posix())]
    if not names:
        # A wrong path or a missing mount, not a wish to retire everything.
        raise SourceError(f"There are no documents in the folder {root}.")
    visit.expect(len(names))
    for name in names:
        yield read_file(source, root / name, name)


def read_file(source: Source, path: Path, name: str) -> Found:
    readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if readable != name:
        return Found(readable, error="The name of this file is not written in UTF-8. Rename it.")
    try:
        data = path.read_bytes()
    except OSError as error:
        return Found(name, error=f"This file cannot be read: {(error.strerror or 'no reason given').lower()}.")
    return Found(name, page_url(source.url_prefix, name, data), data)
