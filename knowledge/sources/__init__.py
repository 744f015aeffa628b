"""Every kind of place documents come from, and who reads it."""

from typing import cast

from django.utils.module_loading import import_string

from knowledge.errors import SourceError
from knowledge.models import Source
from knowledge.sources.base import Reader

READERS = {
    "folder": "knowledge.sources.folder.read_folder",
    "git": "knowledge.sources.git.read_repository",
    "page": "knowledge.sources.page.read_page",
    "site": "knowledge.sources.site.read_site",
}


def can_be_visited(source: Source) -> bool:
    """What is uploaded or pushed comes by itself."""
    return source.kind in READERS


def reader_of(source: Source) -> Reader:
    if not can_be_visited(source):
        raise SourceError(f"“{source}” cannot be visited: its documents are brought to us.")
    return cast(Reader, import_string(READERS[source.kind]))
