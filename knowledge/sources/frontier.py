"""The pages of a site that are still to be read, each once, and only so many."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from knowledge.sources.patterns import Patterns
from knowledge.sources.urls import host_of, page_key

# A path whose pages differ in their query only is a search, a filter or a calendar.
MOST_QUERIES = 30
# /a/b/a/b/a/b: links that were meant to be relative to something else.
MOST_REPEATS = 3
LONGEST_URL = 1000
WAITING_PER_PAGE = 20
NOT_DOCUMENTS = re.compile(
    r"\.(?:css|m?js|json|xml|rss|atom|map|wasm|woff2?|ttf|otf|eot|png|jpe?g|gif|svg|webp|avif|ico|bmp|tiff?"
    r"|mp[34]|m4[av]|mov|avi|webm|ogg|wav|flac|zip|gz|tgz|bz2|xz|7z|rar|tar|dmg|exe|msi|deb|rpm|apk|jar|whl|iso|bin)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Address:
    url: str
    depth: int = 0
    date: str = ""


class Frontier:
    def __init__(self, site: str, patterns: Patterns, allows: Callable[[str], bool], most: int) -> None:
        self.host = host_of(site)
        self.patterns = patterns
        self.allows = allows
        self.most_waiting = most * WAITING_PER_PAGE
        self.waiting: deque[Address] = deque()
        self.known: set[str] = set()
        self.queries: Counter[str] = Counter()

    def add(self, urls: Iterable[str], depth: int) -> None:
        for url in urls:
            if len(self.waiting) < self.most_waiting and self.accepts(url):
                self.known.add(page_key(url))
                self.waiting.append(Address(url, depth))

    def add_dated(self, pages: dict[str, str]) -> None:
        for url, date in pages.items():
            if self.wants(url) and page_key(url) not in self.known:
                self.known.add(page_key(url))
                self.waiting.append(Address(url, date=date))

    def accepts(self, url: str) -> bool:
        if len(url) > LONGEST_URL or page_key(url) in self.known or not self.wants(url):
            return False
        parts = urlsplit(url)
        if NOT_DOCUMENTS.fullmatch(PurePosixPath(parts.path).suffix) or is_repeating(parts.path):
            return False
        self.queries[parts.path] += 1
        return self.queries[parts.path] <= MOST_QUERIES

    def wants(self, url: str) -> bool:
        """Of this site, of these folders of it, and not against its owner's wish."""
        return host_of(url) == self.host and self.patterns.match(unquote(urlsplit(url).path)) and self.allows(url)

    def pop(self) -> Address | None:
        return self.waiting.popleft() if self.waiting else None


def is_repeating(path: str) -> bool:
    return any(count > MOST_REPEATS for part, count in Counter(path.split("/")).items() if part)
