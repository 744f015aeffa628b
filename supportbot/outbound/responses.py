"""What another machine answers, as much of it as we take, and in words why there is none."""

import ssl

import httpx2

from supportbot.outbound.errors import FetchError

# Whatever a request can end with, but for taking too long.
FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ssl.SSLError)


def body_of(response: httpx2.Response, limit: int, what: str) -> bytes:
    """Counted as it is unpacked: a small answer may be a large page."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > limit:
            raise FetchError(f"{what} is larger than {size(limit)}.")
    return bytes(body)


def size(limit: int) -> str:
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024 or 1} kB"


def reason(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectError):
        return "no connection could be made" if "CERTIFICATE" not in str(error) else "its certificate is not valid"
    return "what it sent is damaged" if isinstance(error, httpx2.DecodingError) else "the connection broke"
