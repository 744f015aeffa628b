"""A whole web site: the pages its sitemap lists, or those its links lead to. One request at a time, at a walk."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils import timezone

from knowledge.errors import AddressRefused, FetchError, LeadsElsewhere, PageGone, SourceError
from knowledge.models import Source
from knowledge.sources.base import Found, Known, Visit
from knowledge.sources.fetching import Fetched, Fetcher
from knowledge.sources.frontier import Address, Frontier
from knowledge.sources.markup import Markup, read_markup
from knowledge.sources.pages import document_of, format_of
from knowledge.sources.patterns import Patterns
from knowledge.sources.robots import Robots, read_robots
from knowledge.sources.sitemaps import settled, sitemap_pages
from knowledge.sources.urls import clean_url, document_path, host_of, page_key

# A site that fails so often in a row is down, or wants to be left alone.
MOST_FAILURES_IN_A_ROW = 8
SITEMAP_ENDINGS = (".xml", ".xml.gz")


def read_site(source: Source, visit: Visit) -> Iterator[Found]:
    with Fetcher(visit.check) as fetcher:
        crawl = Crawl(source, visit, fetcher)
        yield from crawl.pages()
        if not crawl.found:
            raise SourceError(f"There is no page at {source.location} that may be read.")


class Crawl:
    def __init__(self, source: Source, visit: Visit, fetcher: Fetcher) -> None:
        self.source = source
        self.visit = visit
        self.fetcher = fetcher
        self.known = {page_key(known.url): known for known in visit.known.values()}
        self.found: set[str] = set()
        self.asked: set[str] = set()
        self.failures = self.failures_in_a_row = 0
        self.robots = self.ask(source.location)
        self.start, self.first = self.open(clean_url(source.location))
        self.frontier = Frontier(
            self.start, Patterns(source.include, source.exclude), self.robots.allows, source.max_pages
        )

    def ask(self, url: str) -> Robots:
        robots = read_robots(url, self.fetcher)
        if not robots.allows(url):
            raise SourceError(f"The robots.txt of {host_of(url)} does not allow to read {url}.")
        return robots

    def open(self, url: str) -> tuple[str, Fetched | None]:
        """Where the site really is, and its first page if the address is not that of a sitemap."""
        if urlsplit(url).path.endswith(SITEMAP_ENDINGS):
            return url, None
        first = self.fetcher.get(url)
        start = clean_url(first.url)
        if host_of(start) != host_of(url):
            self.robots = self.ask(start)
        return start, first

    def pages(self) -> Iterator[Found]:
        listed = self.listed()
        if listed:
            self.frontier.add_dated(listed)
        else:
            self.frontier.known.add(page_key(self.start))
            self.frontier.waiting.append(Address(self.start))
        while address := self.next():
            yield from self.look(address, follow=not listed)
        if self.failures or self.frontier.waiting:
            yield from self.missed()

    def listed(self) -> dict[str, str]:
        named = self.robots.sitemaps if self.first else [self.start]
        maps = named or [clean_url("/sitemap.xml", self.start)]
        # One more than may be read, to know that there are more.
        pages = sitemap_pages(maps, self.start, self.source.max_pages + 1, self.fetcher)
        return {url: date for url, date in pages.items() if self.frontier.wants(url)}

    def next(self) -> Address | None:
        self.visit.expect(min(len(self.asked) + len(self.frontier.waiting), self.source.max_pages))
        if len(self.asked) >= self.source.max_pages and self.frontier.waiting:
            self.visit.note(f"Only {len(self.asked)} pages were read, as this source is set to.")
            return None
        return self.frontier.pop()

    def missed(self) -> Iterator[Found]:
        """Where not every page could be read for its links, those of earlier visits are asked for one by one."""
        for key, known in self.known.items():
            if key not in self.asked and known.path not in self.found and self.frontier.wants(known.url):
                yield from self.look(Address(known.url), follow=False)

    def look(self, address: Address, *, follow: bool) -> Iterator[Found]:
        key = page_key(address.url)
        self.asked.add(key)
        known = self.known.get(key)
        if known and address.date and address.date == known.last_modified:
            yield self.note(Found(known.path, known.url))
            return
        try:
            page = self.fetch(address.url, known)
        except (PageGone, LeadsElsewhere, AddressRefused):
            return
        except FetchError as error:
            yield self.failed(known.path if known else document_path(address.url, "html"), error)
        else:
            self.failures_in_a_row = 0
            yield from self.take(address, page, known, follow=follow)

    def fetch(self, url: str, known: Known | None) -> Fetched:
        if self.first and page_key(url) == page_key(self.start):
            return self.first
        self.visit.pause(self.robots.delay)
        return self.fetcher.get(url, known, stay=True)

    def failed(self, path: str, error: FetchError) -> Found:
        self.failures += 1
        self.failures_in_a_row += 1
        if self.failures_in_a_row >= MOST_FAILURES_IN_A_ROW:
            raise SourceError(f"Page after page could not be read, so the rest was left. {error.user_message}")
        return self.note(Found(path, error=error.user_message))

    def take(self, address: Address, page: Fetched, known: Known | None, *, follow: bool) -> Iterator[Found]:
        url = clean_url(page.url)
        if not self.is_first_time(address.url, url):
            return
        markup = self.markup(page, url, known)
        if follow and address.depth < self.source.max_depth:
            self.frontier.add(markup.links, address.depth + 1)
        unchanged = Found(known.path, known.url) if known and page.body is None else None
        document = unchanged or self.document(page, url, markup, address.date)
        if document and document.path not in self.found:
            yield self.note(document)

    def is_first_time(self, asked: str, answered: str) -> bool:
        """A redirect may lead to a page that has its own turn."""
        key = page_key(answered)
        if key == page_key(asked):
            return True
        is_new = key not in self.frontier.known
        self.frontier.known.add(key)
        return is_new

    def markup(self, page: Fetched, url: str, known: Known | None) -> Markup:
        if page.body is None and known:
            is_html = known.path.endswith((".html", ".htm"))
            return read_markup(self.visit.content(known.path), url) if is_html else Markup()
        if format_of(page) != "html":
            return Markup(robots=page.robots)
        return read_markup(page.body or b"", url, page.charset, page.robots)

    def document(self, page: Fetched, url: str, markup: Markup, date: str) -> Found | None:
        """None if it is not for reading, or its owner does not want it listed."""
        own_url = markup.canonical or url
        self.frontier.known.add(page_key(own_url))
        if not (format := format_of(page)) or not markup.is_listed or not self.frontier.wants(own_url):
            return None
        return document_of(page, format, own_url, settled(date, timezone.now()))

    def note(self, found: Found) -> Found:
        self.found.add(found.path)
        return found
