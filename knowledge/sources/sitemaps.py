"""The list of pages that many sites keep for programs."""

import re
import zlib
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO

from lxml import etree

from knowledge.errors import FetchError
from knowledge.sources.fetching import Fetcher
from knowledge.sources.urls import clean_url, host_of

# The protocol allows 50 MB and 50 000 pages a file.
LARGEST = 50 * 1024 * 1024
MOST_FILES = 100
WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d")
BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,8};)")
GZIP = b"\x1f\x8b"


def sitemap_pages(sitemaps: Iterable[str], site: str, most: int, fetcher: Fetcher) -> dict[str, str]:
    """Pages of this site with the date they say they last changed. ``FetchError`` if part of the list is missing for
    now: a page that is not on it is not gone."""
    waiting, read = deque(sitemaps), set[str]()
    pages: dict[str, str] = {}
    while waiting and len(read) < MOST_FILES and len(pages) < most:
        address = waiting.popleft()
        if address in read or host_of(address) != host_of(site):
            continue
        read.add(address)
        for kind, url, date in entries(address, fetcher):
            if kind == "sitemap":
                waiting.append(url)
            elif host_of(url) == host_of(site) and len(pages) < most:
                pages.setdefault(url, date)
    return pages


def entries(address: str, fetcher: Fetcher) -> list[tuple[str, str, str]]:
    try:
        data = fetcher.get(address, limit=LARGEST).body or b""
    except FetchError as error:
        if error.retryable:
            raise
        return []
    try:
        return parse(unpacked(data), address)
    except etree.LxmlError:
        return []


def parse(data: bytes, address: str) -> list[tuple[str, str, str]]:
    """Kind, address and date of each entry. Nothing outside the file is looked up, and what is broken passed over."""
    data = BARE_AMPERSAND.sub(b"&amp;", data)
    elements = etree.iterparse(
        BytesIO(data), tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True, recover=True
    )
    found = []
    for _, element in elements:
        if url := clean_url(element.findtext("{*}loc") or "", address):
            date = (element.findtext("{*}lastmod") or "").strip()[:100]
            found.append((etree.QName(element).localname, url, date))
        element.clear()
    if found and any(error.type_name == "ERR_TAG_NOT_FINISHED" for error in elements.error_log):
        raise FetchError(f"The sitemap {address} ends in the middle.", retryable=True)
    return found


def unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, LARGEST)
    except zlib.error:
        return b""


def settled(date: str, now: datetime) -> str:
    """The date of a page that was read ``now``, or nothing if the page may change again and keep it: a day may bring a
    second edit until it is over everywhere, a month or a year at any time."""
    if "T" in date:
        return date
    day_before = (now - timedelta(days=1)).date().isoformat()
    return date if WHOLE_DAY.fullmatch(date) and date < day_before else ""
