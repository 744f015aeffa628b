"""Who is at the other end, where requests come through proxies.

A proxy adds the address it was called from to the end of ``X-Forwarded-For``. What stands before the last
one that a trusted proxy added was written by whoever called, and may be invented.
"""

from ipaddress import ip_address
from typing import Any

from django.conf import settings

from supportbot.addresses import IPAddress


class BehindProxies:
    """Puts the client's own address into the scope, for Django, for its limits, and for the sockets alike."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if settings.TRUSTED_PROXIES and scope.get("client"):
            host, _ = scope["client"]
            lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            if (client := client_address(host, ",".join(lines))) != host:
                scope = {**scope, "client": (client, 0)}
        await self.application(scope, receive, send)


def client_address(peer: str, forwarded_for: str) -> str:
    """The nearest address that is not a trusted proxy; the furthest one known if all of them are."""
    client = peer
    for hop in reversed(forwarded_for.split(",")):
        address = _address(hop.strip())
        if address is None or not _is_trusted(client):
            break
        client = str(address)
    return client


def _is_trusted(host: str) -> bool:
    address = _address(host)
    return address is not None and any(address in net for net in settings.TRUSTED_PROXIES)


def _address(hop: str) -> IPAddress | None:
    """Some proxies add the port as well: 192.0.2.1:1234, [2001:db8::1]:1234."""
    host = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
