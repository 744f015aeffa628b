"""Whose word counts about where a request comes from."""

from ipaddress import ip_network
from typing import Any

import pytest

from supportbot.proxies import BehindProxies, client_address


@pytest.fixture(autouse=True)
def _proxies(settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, ", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_hop_that_no_trusted_proxy_is(peer, forwarded_for, expected):
    assert client_address(peer, forwarded_for) == expected


async def seen_through(**scope: Any) -> Any:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope.get("client"))

    await BehindProxies(application)({"type": "websocket", **scope}, None, None)
    return seen[0]


async def test_several_lines_are_one_list():
    headers = [(b"x-forwarded-for", b"1.1.1.1"), (b"host", b"x"), (b"x-forwarded-for", b"198.51.100.1")]

    assert await seen_through(client=("10.0.0.1", 80), headers=headers) == ("198.51.100.1", 0)


async def test_without_trusted_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    headers = [(b"x-forwarded-for", b"198.51.100.1")]

    assert await seen_through(client=("10.0.0.1", 80), headers=headers) == ("10.0.0.1", 80)


@pytest.mark.parametrize("scope", [{"client": None, "headers": []}, {}])
async def test_who_has_no_address_gets_none(scope):
    assert await seen_through(**scope) is None
