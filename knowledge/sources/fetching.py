"""One web page at a time: to checked addresses only, with an end to its size, its time and its redirects."""

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpcore2
import httpx2
from django.conf import settings

from knowledge.errors import FetchError, LeadsElsewhere, PageGone
from knowledge.sources.addresses import addresses_of, parse
from knowledge.sources.base import Known

AGENT = "supportbot"
MOST_REDIRECTS = 5
TOTAL_SECONDS = 60.0
SILENT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
# Between two looks at whether anybody still wants the answer.
SLICE_SECONDS = 0.5
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
        self.network = GuardedNetwork(on_wait)
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
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ssl.SSLError) as error:
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
        body=None if response.status_code == httpx2.codes.NOT_MODIFIED else body_of(response, limit),
        content_type=kind.strip().lower(),
        charset=response.charset_encoding or "",
        etag=response.headers.get("etag", "")[:300],
        last_modified=response.headers.get("last-modified", "")[:100],
        robots=response.headers.get("x-robots-tag", ""),
    )


def body_of(response: httpx2.Response, limit: int) -> bytes:
    """Counted as it is unpacked: a small answer may be a large page."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > limit:
            raise FetchError(f"{response.url} is larger than {limit // (1024 * 1024) or 1} MB.")
    return bytes(body)


def reason(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectError):
        return "no connection could be made" if "CERTIFICATE" not in str(error) else "its certificate is not valid"
    return "what it sent is damaged" if isinstance(error, httpx2.DecodingError) else "the connection broke"


class GuardedTransport(httpx2.HTTPTransport):
    """The usual transport, but for who makes its connections, which it has no argument for."""

    def __init__(self, network: "GuardedNetwork") -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(), max_connections=1, network_backend=network
        )


class GuardedNetwork(httpcore2.NetworkBackend):
    """Connects to an address that was checked, never to a name. Host header and TLS still go by the name."""

    def __init__(self, on_wait: Callable[[], None]) -> None:
        self.on_wait = on_wait
        self.deadline = monotonic() + TOTAL_SECONDS
        self.plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses_of(host, port):
            self.on_wait()
            try:
                return GuardedStream(self.plain.connect_tcp(address, port, self.left(timeout)), self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("not a network address")

    def sleep(self, seconds: float) -> None:
        """Nothing here retries."""

    def left(self, timeout: float | None) -> float:
        """Of the time this wait may take. The deadline is that of the whole page."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole page took too long")
        return min(left, SILENT_SECONDS if timeout is None else timeout)


class GuardedStream(httpcore2.NetworkStream):
    """Waits in slices, so that a visit can be cancelled and one byte a second is not for ever."""

    def __init__(self, plain: httpcore2.NetworkStream, network: GuardedNetwork) -> None:
        self.plain = plain
        self.network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent_until = monotonic() + self.network.left(timeout)
        while True:
            self.network.on_wait()
            try:
                return self.plain.read(max_bytes, self.network.left(SLICE_SECONDS))
            except httpcore2.ReadTimeout:
                if monotonic() >= silent_until:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.plain.write(buffer, self.network.left(timeout))

    def close(self) -> None:
        self.plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return GuardedStream(
            self.plain.start_tls(ssl_context, server_hostname, self.network.left(timeout)), self.network
        )

    def get_extra_info(self, info: str) -> Any:
        return self.plain.get_extra_info(info)
