"""Which addresses we go to. Whoever can name an address to fetch must not reach what only this machine can reach.

A name is looked up once, every address it has is checked, and the connection is made to a checked one: a second
look-up could say something else.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx2
from django.conf import settings

from supportbot.outbound.errors import AddressRefused, FetchError

PORTS = {"http": 80, "https": 443}
OWN_HOSTS = "Hosts of your own network are read, on any port, if FETCH_PRIVATE_HOSTS names them."
# Not public, although ``is_global`` says so of some: protocol assignments, multicast, a cloud's own service.
REFUSED_V4 = [ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3", "168.63.129.16/32")]
PUBLIC_V6 = ip_network("2000::/3")
# These carry an IPv4 address, or are tunnels that lead to one.
TRANSLATED = ip_network("64:ff9b::/96")
TUNNELS = [ip_network(net) for net in ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20")]
HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?", re.IGNORECASE)
# 127.1, 2130706433 and 0x7f.1 are addresses to a resolver, and to nobody who reads them.
NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)


def parse(url: str) -> httpx2.URL:
    """The address as it will be asked for, or ``AddressRefused``."""
    try:
        parsed = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError):
        raise AddressRefused(f"“{url[:200]}” is not a web address.") from None
    host = parsed.raw_host.decode("ascii")
    if not (HOST.fullmatch(host) or literal_of(host)):
        raise AddressRefused(f"“{url[:200]}” is not a web address.")
    if parsed.scheme not in PORTS:
        raise AddressRefused("Only addresses that begin with https:// or http:// are read.")
    if parsed.userinfo:
        raise AddressRefused("An address must not have a user name or password in it.")
    usual = PORTS[parsed.scheme]
    check(host, usual if parsed.port is None else parsed.port, usual)
    return parsed


def check(host: str, port: int, usual: int) -> None:
    """``AddressRefused`` for what can be told without a look-up. The host first: once it is ours, so is its port."""
    if is_ours(host):
        return
    if is_inside(host):
        raise refused(host)
    if port != usual:
        raise AddressRefused(f"Only the usual ports are read: leave out :{port}. {OWN_HOSTS}")


def addresses_of(host: str, port: int) -> list[str]:
    """Where to connect to for this host. Looks the name up."""
    if is_ours(host):
        return resolve(host, port)
    if is_inside(host):
        raise refused(host)
    literal = literal_of(host)
    found = [str(literal)] if literal else resolve(host, port)
    if not all(is_public(ip_address(address.partition("%")[0])) for address in found):
        raise refused(host)
    return found


def is_ours(host: str) -> bool:
    """A host inside the company's network that its operator has opened to us."""
    return host.lower().rstrip(".") in settings.FETCH_PRIVATE_HOSTS


def is_inside(host: str) -> bool:
    """Of a name only a look-up can tell."""
    literal = literal_of(host)
    return not is_public(literal) if literal else bool(NUMBER.search(host.rstrip(".").rpartition(".")[2]))


def refused(host: str) -> AddressRefused:
    return AddressRefused(f"{host} is not on the public internet. {OWN_HOSTS}")


def resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError(f"There is no host {host}. Check the address.", retryable=True) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def literal_of(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if inner := address.ipv4_mapped or translated(address):
            return is_public(inner)
        return address in PUBLIC_V6 and address.is_global and not any(address in net for net in TUNNELS)
    return address.is_global and not any(address in net for net in REFUSED_V4)


def translated(address: IPv6Address) -> IPv4Address | None:
    """Networks that speak only IPv6 reach the rest of the world through these."""
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in TRANSLATED else None
