"""Tests talk to this machine only. Whoever tries to reach further is told so, and the test fails.

An audit hook sees every connection and every name look-up of the interpreter, whichever library
makes it. The attempt is also remembered: code that treats the refusal as an ordinary outage, and
goes on, still fails its test.
"""

import ipaddress
import socket
import sys
from typing import Any

attempts: list[str] = []
LOCAL_NAMES = {"", "localhost", socket.gethostname()}


def is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in LOCAL_NAMES
    return address.is_loopback or address.is_unspecified


def is_address(host: object) -> bool:
    """Looking up a number asks nobody."""
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def watch(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        target = args[1]
        if isinstance(target, tuple) and not is_local(target[0]):
            refuse(f"{target[0]}:{target[1]}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not (is_local(args[0]) or is_address(args[0])):
        refuse(f"the name {args[0]!r}")


def refuse(target: str) -> None:
    attempts.append(target)
    raise RuntimeError(f"Tests use no network, but this one tried to reach {target}.")


sys.addaudithook(watch)
