"""One web page, wherever it leads."""

from collections.abc import Iterator

from knowledge.errors import PageGone, SourceError
from knowledge.models import Source
from knowledge.sources.base import Found, Visit
from knowledge.sources.fetching import Fetcher
from knowledge.sources.pages import document_of, format_of
from knowledge.sources.urls import clean_url


def read_page(source: Source, visit: Visit) -> Iterator[Found]:
    visit.expect(1)
    known = next(iter(visit.known.values()), None)
    with Fetcher(visit.check) as fetcher:
        try:
            page = fetcher.get(source.location, known)
        except PageGone:
            if not visit.known:
                raise
            return
    if page.body is None and known:
        yield Found(known.path, known.url)
    elif format := format_of(page):
        yield document_of(page, format, clean_url(page.url))
    else:
        raise SourceError(f"{page.url} is not a document: it is of the kind “{page.content_type or 'unknown'}”.")
