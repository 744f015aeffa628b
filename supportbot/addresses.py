"""What an IP address is for. Pure; the settings use it, so it uses no settings."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# Link-local, and the addresses and names at which clouds hand out secrets to whoever asks from inside.
METADATA = [
    ip_network(net)
    for net in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
    )
]
METADATA_NAMES = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
# Where an IPv4 address stands inside an IPv6 one, and how many bits come after it: in NAT64, with a prefix of the
# network's own or not, in 6to4, and in the old "compatible" form.
CARRIERS = [
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("64:ff9b:1::/48"), 0),
    (ip_network("2002::/16"), 80),
    (ip_network("::/96"), 0),
]


def is_metadata_service(host: str) -> bool:
    """Whether this host, as it is written, is one that must never be sent a request of ours."""
    if host.lower().rstrip(".") in METADATA_NAMES:
        return True
    address = _literal(host)
    return address is not None and any(address in net for net in METADATA)


def _literal(host: str) -> IPAddress | None:
    """The address a host names by itself: also 2852039166 and 0xa9fea9fe, which resolvers read as addresses."""
    try:
        return _plain(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, UnicodeError):
        return None


def _plain(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 address only carries."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    for network, bits in CARRIERS:
        if address in network:
            return IPv4Address(int(address) >> bits & 0xFFFFFFFF)
    return address
