"""The documents in a Git repository. It is fetched without its history and read without being checked out: no file of
it is written to our disk, no link followed, no filter or hook run."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.conf import settings

from knowledge.errors import SourceError
from knowledge.folders import is_document, page_url
from knowledge.models import Source
from knowledge.sources.base import Found, Visit
from knowledge.sources.patterns import Patterns
from knowledge.sources.remotes import remote_of
from knowledge.sources.repository import File, Repository
from knowledge.sources.urls import short_hash

LARGE_FILE_POINTER = b"version https://git-lfs.github.com/"


def read_repository(source: Source, visit: Visit) -> Iterator[Found]:
    with Repository(remote_of(source.location), settings.CHECKOUT_ROOT, visit.check) as repository:
        name, commit = repository.newest(source.branch)
        cursor = f"{commit} {short_hash(repr(settings_of(source)))}"
        visit.remember(cursor)
        if source.cursor == cursor and visit.known:
            visit.expect(len(visit.known))
            yield from (Found(known.path, known.url) for known in visit.known.values())
            return
        repository.fetch(name)
        files = wanted_files(source, repository)
        visit.expect(len(files))
        for path, file in files.items():
            yield read_file(source, visit, repository, path, file)


def settings_of(source: Source) -> tuple[str, ...]:
    """With other settings the same commit has other documents."""
    return source.branch, source.folder, source.include, source.exclude, source.url_prefix


def wanted_files(source: Source, repository: Repository) -> dict[str, File]:
    folder = PurePosixPath(source.folder.strip("/")) if source.folder.strip("/.") else None
    if folder and ".." in folder.parts:
        raise SourceError(f"The folder {folder} is not in this repository.")
    patterns = Patterns(source.include, source.exclude)
    files = {}
    for file in repository.files(str(folder) if folder else ""):
        name = str(PurePosixPath(file.path).relative_to(folder)) if folder else file.path
        if is_document(name) and patterns.match(name):
            files[name] = file
    if not files:
        where = f"the folder {folder} of this repository" if folder else "this repository"
        raise SourceError(f"There are no documents in {where}.")
    return files


def read_file(source: Source, visit: Visit, repository: Repository, name: str, file: File) -> Found:
    etag = f"{file.blob} {short_hash(source.url_prefix)}"
    known = visit.known.get(name)
    if known and known.etag == etag:
        return Found(name, known.url)
    if file.size > settings.MAX_DOCUMENT_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // (1024 * 1024)
        return Found(name, error=f"This document is larger than {limit} MB. Split it into several documents.")
    data = repository.read(file)
    if data.startswith(LARGE_FILE_POINTER):
        return Found(name, error="This file is kept in Git LFS, which is not read. Keep it in the repository itself.")
    return Found(name, page_url(source.url_prefix, name, data), data, etag=etag)
