"""Nothing inside the company's network is reached by naming it, however it is spelled."""

import socket

import httpcore2
import pytest

from knowledge.errors import AddressRefused, FetchError
from knowledge.sources.fetching import Fetcher
from supportbot.outbound import addresses
from tests.knowledge.sources.website import redirect

INSIDE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://0.0.0.0/",
    "http://0/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://①②⑦.0.0.1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001:0:a9fe:a9fe::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://user@docs.example/",
    "http://user:password@docs.example/",
    "http://docs.example@127.0.0.1/",
    "http://docs.example:0/",
    "http://docs.example:22/",
    "http://docs.example:6379/",
    "ftp://docs.example/",
    "file:///etc/passwd",
    "gopher://docs.example/",
    "//docs.example/",
    "docs.example",
    "http://",
    "http:///path",
    "http://exa mple/",
    "",
]


@pytest.fixture
def connections(monkeypatch) -> list[tuple[str, int]]:
    """Where somebody tried to connect to."""
    tried: list[tuple[str, int]] = []

    def refuse(address, *args, **options):
        tried.append(address)
        raise OSError("no connection in this test")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def names(monkeypatch, *answers: list[str]) -> None:
    """The resolver says these, one after the other."""
    queue = list(answers)

    def look_up(host, port, **options):
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_is_refused_in_a_sentence_and_not_connected_to(url, connections):
    with Fetcher() as fetcher, pytest.raises(FetchError) as refused:
        fetcher.get(url)

    assert connections == []
    assert refused.value.user_message.endswith((".", ".”"))
    assert "169.254" not in refused.value.user_message or "169.254" in url


@pytest.mark.parametrize("host", ["192.168.1.5", "2130706433", "[fc00::1]"])
def test_a_host_inside_is_refused_for_what_it_is_before_its_port(host):
    with pytest.raises(AddressRefused, match=r"not on the public internet.*on any port.*FETCH_PRIVATE_HOSTS"):
        addresses.parse(f"http://{host}:8090/")


def test_a_name_may_be_of_the_own_network_so_its_port_is_refused_with_the_way_to_open_it():
    with pytest.raises(AddressRefused, match=r"leave out :8090.*FETCH_PRIVATE_HOSTS"):
        addresses.parse("http://wiki.internal:8090/")


@pytest.mark.parametrize("inside", ["10.1.2.3", "::1", "64:ff9b::a00:1", "fd00::1"])
def test_a_name_that_leads_inside_is_refused(monkeypatch, connections, inside):
    names(monkeypatch, ["93.184.216.34", inside])

    with Fetcher() as fetcher, pytest.raises(AddressRefused, match="not on the public internet") as refused:
        fetcher.get("https://docs.example/")

    assert connections == []
    assert inside not in refused.value.user_message


def test_the_connection_is_made_to_the_address_that_was_checked(monkeypatch, connections):
    names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    with Fetcher() as fetcher, pytest.raises(FetchError, match="no connection could be made"):
        fetcher.get("https://docs.example/")

    assert connections == [("93.184.216.34", 443)]


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(host):
    assert addresses.addresses_of(host, 443)


def test_a_redirect_is_looked_at_like_the_first_address(web, settings):
    web["/"] = redirect("http://127.0.0.2/secret")

    with Fetcher() as fetcher, pytest.raises(AddressRefused):
        fetcher.get(web.url)

    assert web.requests == ["/"]


def test_a_host_that_was_opened_is_read_on_any_port(web):
    web["/"] = "Hello."

    with Fetcher() as fetcher:
        assert fetcher.get(web.url).body == b"Hello."


def test_a_proxy_of_the_environment_is_not_asked(web, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    web["/"] = "Hello."

    with Fetcher() as fetcher:
        assert fetcher.get(web.url).body == b"Hello."


def test_the_host_is_named_to_the_server_and_its_certificate_checked_by_name(monkeypatch, connections):
    names(monkeypatch, ["93.184.216.34"])
    asked: list[str | None] = []

    class Stream(httpcore2.NetworkStream):
        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            asked.append(server_hostname)
            raise httpcore2.ConnectError("far enough")

        def close(self):
            """Nothing is open."""

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", lambda *args, **options: Stream())
    with Fetcher() as fetcher, pytest.raises(FetchError):
        fetcher.get("https://docs.example/")

    assert asked == ["docs.example"]
