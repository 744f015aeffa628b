"""One web page at a time: to checked addresses only, with an end to its size, its time and its redirects."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self

import httpx2
from django.conf import settings

from knowledge.errors import FetchError, LeadsElsewhere, PageGone
from knowledge.sources.base import Known
from supportbot.outbound.addresses import parse
from supportbot.outbound.network import GuardedNetwork, GuardedTransport
from supportbot.outbound.responses import FAILURES, body_of, reason

AGENT = "supportbot"
MOST_REDIRECTS = 5
TOTAL_SECONDS = 60.0
SILENT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
GONE = (404, 410)


@dataclass(frozen=True)
class Fetched:
    """What was there in the end. ``body`` is None if it is what it was when its etag or date was noted."""

    url: str
    body: bytes | None
    content_type: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    robots: str = ""


class Fetcher:
    """Keeps its connections for the next page. ``on_wait`` is called about twice a second and may raise."""

    def __init__(self, on_wait: Callable[[], None] = lambda: None) -> None:
        self.network = GuardedNetwork(SILENT_SECONDS, on_wait)
        self.client = httpx2.Client(
            transport=GuardedTransport(self.network),
            trust_env=False,
            timeout=httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS),
            headers={"User-Agent": f"{AGENT}/1 (+{settings.PUBLIC_URL})", "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.client.close()

    def get(self, url: str, known: Known | None = None, *, stay: bool = False, limit: int = 0) -> Fetched:
        """``FetchError`` in words for an editor. With ``stay``, a redirect to another host is not followed."""
        self.network.deadline = monotonic() + TOTAL_SECONDS
        address = parse(url)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                with self.client.stream("GET", address, headers=conditions(known)) as response:
                    if not response.has_redirect_location:
                        return fetched(response, limit or settings.MAX_DOCUMENT_BYTES)
                    target = leads_to(address, response.headers["location"])
                if stay and target.host != address.host:
                    raise LeadsElsewhere(f"{url} leads to another site, {target.host}.")
                address = parse(str(target))
        except httpx2.TimeoutException:
            raise FetchError(f"{address.host} took too long to answer.", retryable=True) from None
        except FAILURES as error:
            raise FetchError(f"{address.host} could not be read: {reason(error)}.", retryable=True) from None
        raise FetchError(f"{url} leads from redirect to redirect. Give the address where it ends.")


def leads_to(address: httpx2.URL, location: str) -> httpx2.URL:
    try:
        return address.join(location)
    except (httpx2.InvalidURL, ValueError):
        raise FetchError(f"{address} leads to something that is no web address.") from None


def conditions(known: Known | None) -> dict[str, str]:
    if known is None:
        return {}
    asked = {}
    if known.etag:
        asked["If-None-Match"] = known.etag
    # A date of another form is one of a sitemap, which the server did not give.
    if known.last_modified.endswith("GMT"):
        asked["If-Modified-Since"] = known.last_modified
    return asked


def fetched(response: httpx2.Response, limit: int) -> Fetched:
    url = str(response.url.copy_with(fragment=None))
    if response.status_code in GONE:
        raise PageGone(f"There is no page at {url}.")
    if response.status_code != httpx2.codes.NOT_MODIFIED and not response.is_success:
        retryable = response.status_code == httpx2.codes.TOO_MANY_REQUESTS or response.is_server_error
        raise FetchError(f"{url} answered with the error {response.status_code}.", retryable=retryable)
    kind, _, _ = response.headers.get("content-type", "").partition(";")
    return Fetched(
        url=url,
        body=None if response.status_code == httpx2.codes.NOT_MODIFIED else body_of(response, limit, url),
        content_type=kind.strip().lower(),
        charset=response.charset_encoding or "",
        etag=response.headers.get("etag", "")[:300],
        last_modified=response.headers.get("last-modified", "")[:100],
        robots=response.headers.get("x-robots-tag", ""),
    )
