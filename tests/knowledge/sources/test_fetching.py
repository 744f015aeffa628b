import gzip
import time

import pytest

from knowledge.errors import FetchError, LeadsElsewhere, PageGone
from knowledge.sources import fetching
from knowledge.sources.base import Known
from knowledge.sources.fetching import Fetcher
from supportbot.outbound import network
from tests.knowledge.sources.website import Website, etagged, redirect, send

KNOWN = Known("page.html")


def get(site: Website, path: str = "/", **options):
    with Fetcher() as fetcher:
        return fetcher.get(site.url + path, **options)


def test_a_page_comes_with_what_is_said_of_it(web):
    headers = {"Content-Type": "Text/HTML; charset=latin-1", "ETag": '"1"', "X-Robots-Tag": "noindex"}
    web["/"] = (200, headers, b"Hello.")

    found = get(web)

    assert (found.body, found.content_type, found.charset) == (b"Hello.", "text/html", "latin-1")
    assert (found.etag, found.robots, found.url) == ('"1"', "noindex", f"{web.url}/")


def test_we_say_who_we_are(web):
    web["/"] = "Hello."
    get(web)

    assert web.headers[0]["User-Agent"].startswith("supportbot/")


def test_what_is_as_it_was_is_not_sent_again(web):
    web["/"] = etagged("Hello.", '"1"')

    assert get(web, known=Known("page.html", etag='"1"')).body is None
    assert get(web, known=Known("page.html", etag='"0"')).body == b"Hello."


def test_the_date_of_a_sitemap_is_not_sent_to_the_server(web):
    web["/"] = "Hello."
    get(web, known=Known("page.html", last_modified="2026-01-01"))
    get(web, known=Known("page.html", last_modified="Thu, 01 Jan 2026 00:00:00 GMT"))

    assert ["If-Modified-Since" in headers for headers in web.headers] == [False, True]


def test_the_final_address_is_the_pages(web):
    web["/old"] = redirect("/middle")
    web["/middle"] = redirect(f"{web.url}/new#part", 302)
    web["/new"] = "Hello."

    assert get(web, "/old").url == f"{web.url}/new"


def test_a_redirect_to_another_host_is_followed_only_where_that_is_wanted(web):
    web["/"] = redirect(web.url.replace("127.0.0.1", "localhost") + "/there")

    with pytest.raises(LeadsElsewhere):
        get(web, stay=True)


@pytest.mark.parametrize("target", ["/loop", "/again"])
def test_redirects_come_to_an_end(web, target):
    web["/loop"] = redirect(target)
    web["/again"] = redirect("/loop")

    with pytest.raises(FetchError, match="from redirect to redirect"):
        get(web, "/loop")
    assert len(web.requests) == fetching.MOST_REDIRECTS + 1


@pytest.mark.parametrize("target", ["http://a:b:c", "http://[::1", "http://ex\u00adample..com:x/", "/" + "x" * 66_000])
def test_a_redirect_to_what_is_no_address_says_so(web, target):
    web["/old"] = redirect(target)

    with pytest.raises(FetchError, match="/old leads to something that is no web address") as error:
        get(web, "/old")
    assert not error.value.retryable


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_told_from_one_that_failed(web, status):
    web["/"] = (status, {}, b"")

    with pytest.raises(PageGone):
        get(web)


@pytest.mark.parametrize(("status", "retryable"), [(403, False), (500, True), (503, True), (429, True)])
def test_an_error_is_passed_on_with_its_number(web, status, retryable):
    web["/"] = (status, {}, b"secret details")

    with pytest.raises(FetchError, match=str(status)) as error:
        get(web)
    assert error.value.retryable is retryable
    assert "secret" not in error.value.user_message


def test_a_body_is_cut_off_where_it_is_too_large(web):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 100_000)

    web["/"] = endless
    with pytest.raises(FetchError, match="larger than 195 kB"):
        get(web, limit=200_000)


def test_a_bomb_is_not_unpacked(web):
    web["/"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 300_000_000, 1))

    with pytest.raises(FetchError, match="larger than"):
        get(web, limit=2_000_000)


def test_damaged_packing_is_said_in_words(web):
    web["/"] = (200, {"Content-Encoding": "gzip"}, b"no gzip at all")

    with pytest.raises(FetchError, match="damaged"):
        get(web)


def test_a_silent_server_is_given_up(web, monkeypatch):
    monkeypatch.setattr(fetching, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(network, "SLICE_SECONDS", 0.1)
    web["/"] = lambda handler: time.sleep(5)

    started = time.monotonic()
    with pytest.raises(FetchError, match="took too long") as error:
        get(web)
    assert error.value.retryable
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("dripping", ["headers", "body"])
def test_a_byte_now_and_then_is_not_enough(web, monkeypatch, dripping):
    def drip(handler):
        if dripping == "body":
            send(handler, (200, {"Content-Length": "100"}, b""))
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.5)
    web["/"] = drip
    started = time.monotonic()
    with pytest.raises(FetchError):
        get(web)
    assert time.monotonic() - started < 2


def test_waiting_can_be_broken_off(web, monkeypatch):
    class Stop(Exception):
        """Nobody wants it any more."""

    asked = 0

    def still_wanted():
        nonlocal asked
        asked += 1
        if asked > 3:
            raise Stop

    monkeypatch.setattr(network, "SLICE_SECONDS", 0.05)
    web["/"] = lambda handler: time.sleep(5)

    started = time.monotonic()
    with Fetcher(still_wanted) as fetcher, pytest.raises(Stop):
        fetcher.get(web.url)
    assert time.monotonic() - started < 1


def test_nobody_there_is_said_in_words(web, settings):
    settings.FETCH_PRIVATE_HOSTS = {"127.0.0.1"}

    with Fetcher() as fetcher, pytest.raises(FetchError, match="no connection could be made") as error:
        fetcher.get("http://127.0.0.1:1/")
    assert error.value.retryable
