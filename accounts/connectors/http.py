"""One HTTP request, to a checked address only, with an end to its time and its size. Redirects are not followed."""

from time import monotonic

import httpx2
from django.conf import settings

from accounts.connectors.base import Asks, Lookup
from supportbot.outbound.addresses import parse
from supportbot.outbound.errors import FetchError
from supportbot.outbound.network import GuardedNetwork, GuardedTransport
from supportbot.outbound.responses import FAILURES, body_of, reason

HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}


class AsksOverHttp(Asks):
    def answer(self, lookup: Lookup) -> bytes:
        url = parse(lookup.url)
        network = GuardedNetwork(lookup.timeout)
        network.deadline = monotonic() + lookup.timeout
        headers = {**HEADERS, "User-Agent": f"supportbot/1 (+{settings.PUBLIC_URL})", **lookup.headers}
        if lookup.body:
            headers.setdefault("Content-Type", "application/json")
        try:
            with (
                httpx2.Client(transport=GuardedTransport(network), trust_env=False, timeout=lookup.timeout) as client,
                client.stream(lookup.method, url, headers=headers, content=lookup.body or None) as response,
            ):
                if response.has_redirect_location:
                    raise FetchError(f"{url.host} leads elsewhere. Give the address where it ends.")
                if not response.is_success:
                    raise FetchError(f"{url.host} answered with the error {response.status_code}.", retryable=True)
                return body_of(response, lookup.most_bytes, f"The answer of {url.host}")
        except httpx2.TimeoutException:
            raise FetchError(f"{url.host} took longer than {lookup.timeout:g} s.", retryable=True) from None
        except FAILURES as error:
            raise FetchError(f"{url.host} could not be read: {reason(error)}.", retryable=True) from None
