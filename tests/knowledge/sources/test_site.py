"""A whole site, read from a real server on this machine."""

import gzip
from datetime import UTC, datetime

import pytest

from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.sources import frontier, robots
from knowledge.sources.sitemaps import settled
from knowledge.visits import runs, syncing, visiting
from knowledge.visits.visiting import process_here, visit
from tests.knowledge.sources.website import Website, etagged, links, page, redirect

pytestmark = pytest.mark.django_db
Status = SyncRun.Status
TEXT = "<p>Some text that is worth reading.</p>"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch) -> None:
    monkeypatch.setattr(robots, "USUAL_DELAY", 0)


@pytest.fixture
def site(docs: Collection, web: Website) -> Source:
    return Source.objects.create(collection=docs, kind=Source.Kind.SITE, location=f"{web.url}/")


def sync(source: Source) -> SyncRun:
    run = visit(runs.begin(source).pk, process_here)
    assert run is not None
    return run


def counted(run: SyncRun) -> tuple[int, ...]:
    return run.added, run.changed, run.unchanged, run.removed, run.failed


def paths(web: Website, publication: str = "published") -> list[str]:
    found = Document.objects.filter(publication=publication).values_list("path", flat=True)
    return sorted(path.removeprefix(f"{web.host}/") for path in found)


def sitemap(*entries: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/xml"}, f"<urlset>{''.join(entries)}</urlset>".encode()


def entry(url: str, date: str = "") -> str:
    return f"<url><loc>{url}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"


# Links


def test_links_lead_from_page_to_page(site, web):
    web["/"] = links("/guides/", "guides/install.html#top", "/missing")
    web["/guides/"] = links("upgrade", "/")
    web["/guides/install.html"] = page(TEXT)
    web["/guides/upgrade"] = page(TEXT)

    run = sync(site)

    assert (run.status, counted(run)) == (Status.DONE, (4, 0, 0, 0, 0))
    assert paths(web) == ["guides.html", "guides/install.html", "guides/upgrade.html", "index.html"]
    assert Document.objects.get(path__endswith="upgrade.html").url == f"{web.url}/guides/upgrade"


def test_every_page_is_asked_for_once(site, web):
    web["/"] = links("/a", "/a/", "/a#x", "/a?utm_source=mail", "/a.html", "/a/index.html", "a")
    web["/a"] = links("/", "/a")
    sync(site)

    assert sorted(web.requests) == ["/", "/a", "/robots.txt", "/sitemap.xml"]


def test_only_so_many_links_deep(site, web):
    site.max_depth = 2
    site.save()
    web["/"] = links("/1")
    for number in range(1, 5):
        web[f"/{number}"] = links(f"/{number + 1}")

    sync(site)
    assert paths(web) == ["1.html", "2.html", "index.html"]


def test_endless_pages_come_to_an_end(site, web):
    def calendar(handler):
        day = int(handler.path.rpartition("/")[2] or 0)
        body = links(*(f"/day/{day + more}" for more in range(1, 4))).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    for number in range(100):
        web[f"/day/{number}"] = calendar
    web["/"] = links("/day/0")
    site.max_pages, site.max_depth = 10, 1000
    site.save()

    run = sync(site)
    assert (run.status, run.added) == (Status.PARTIAL, 10)
    assert run.error == "Only 10 pages were read, as this source is set to."


def test_questions_without_end_are_not_all_asked(site, web, monkeypatch):
    monkeypatch.setattr(frontier, "MOST_QUERIES", 3)
    web["/"] = links(*(f"/search?page={number}" for number in range(20)))
    for number in range(20):
        web[f"/search?page={number}"] = page(TEXT)

    assert sync(site).added == 4


def test_paths_that_repeat_themselves_are_left(site, web):
    web["/"] = links("/a/b/a/b/a/b/a/b/")

    sync(site)
    assert paths(web) == ["index.html"]


def test_other_sites_are_not_read(site, web):
    elsewhere = web.url.replace("127.0.0.1", "localhost")
    web["/"] = links(f"{elsewhere}/a", "/away", "mailto:a@b.example", "javascript:void(0)", "/logo.png", "http://[")
    web["/away"] = redirect(f"{elsewhere}/b")
    web["/a"] = web["/b"] = page(TEXT)

    run = sync(site)
    assert (run.status, paths(web)) == (Status.DONE, ["index.html"])
    assert "/a" not in web.requests


def test_only_the_wanted_folders(site, web):
    site.include, site.exclude = "/docs/**", "/docs/old/**"
    site.save()
    web["/"] = links("/docs/a", "/docs/old/b", "/blog/c")
    web["/docs/a"] = web["/docs/old/b"] = web["/blog/c"] = page(TEXT)
    sync(site)

    assert paths(web) == ["docs/a.html"]
    assert "/blog/c" not in web.requests


def test_a_redirect_is_recorded_where_it_ends(site, web):
    web["/"] = links("/old", "/older", "/loop")
    web["/old"] = redirect("/new")
    web["/older"] = redirect("/new")
    web["/new"] = page(TEXT)
    web["/loop"] = redirect("/loop")

    run = sync(site)
    assert paths(web) == ["index.html", "new.html"]
    assert (run.status, run.failed) == (Status.PARTIAL, 1)
    assert "from redirect to redirect" in run.failures[0]["reason"]


def test_a_page_is_known_by_the_address_it_gives_itself(site, web):
    web["/"] = links("/print/a", "/a", "/b")
    web["/print/a"] = page(TEXT, head='<link rel="canonical" href="/a">')
    web["/a"] = page(TEXT, head='<link rel="canonical" href="/a">')
    web["/b"] = page(TEXT, head='<link rel="canonical" href="https://other.example/b">')

    sync(site)
    assert paths(web) == ["a.html", "b.html", "index.html"]


def test_a_page_that_does_not_want_to_be_listed_is_not(site, web):
    web["/"] = links("/a", "/b", "/c")
    web["/a"] = page(TEXT, head='<meta name="robots" content="noindex, follow">')
    web["/b"] = (200, {"X-Robots-Tag": "noindex"}, page(TEXT).encode())
    web["/c"] = page(TEXT + '<a href="/d">', head='<meta name="robots" content="nofollow">')
    web["/d"] = page(TEXT)

    sync(site)
    assert paths(web) == ["c.html", "index.html"]


# The owner's wishes


def test_robots_txt_is_obeyed(site, web):
    web["/robots.txt"] = "User-agent: *\nDisallow: /private/\n\nUser-agent: supportbot\nDisallow: /bots/\n"
    web["/"] = links("/private/a", "/bots/b")
    web["/private/a"] = web["/bots/b"] = page(TEXT)

    sync(site)
    assert paths(web) == ["index.html", "private/a.html"]
    assert "/bots/b" not in web.requests


def test_a_site_that_is_closed_to_programs_is_not_read(site, web):
    web["/robots.txt"] = "User-agent: *\nDisallow: /\n"

    run = sync(site)
    assert run.status == Status.FAILED
    assert "does not allow" in run.error
    assert web.requests == ["/robots.txt"]


def test_a_robots_txt_that_cannot_be_read_is_a_no(site, web):
    web["/robots.txt"] = (503, {}, b"")

    assert "could not be read, so nothing was" in sync(site).error
    assert web.requests == ["/robots.txt"]


def test_the_delay_is_kept(site, web, monkeypatch):
    paused = []
    monkeypatch.setattr(visiting.Visit, "pause", lambda self, seconds: paused.append(seconds))
    web["/robots.txt"] = "User-agent: *\nCrawl-delay: 1.5\n"
    web["/"] = links("/a")
    web["/a"] = page(TEXT)

    sync(site)
    assert paused == [1.5]


# Sitemaps


def test_a_sitemap_says_which_pages_there_are(site, web):
    web["/"] = links("/not-listed")
    web["/sitemap.xml"] = sitemap(entry(f"{web.url}/a"), entry("/b"), entry("https://other.example/c"))
    web["/a"] = links("/not-listed")
    web["/b"] = page(TEXT)
    sync(site)

    assert paths(web) == ["a.html", "b.html"]
    assert "/not-listed" not in web.requests


def test_sitemaps_are_found_by_robots_txt_and_may_be_lists_and_packed(site, web):
    web["/"] = page(TEXT)
    web["/robots.txt"] = f"Sitemap: {web.url}/maps/index.xml\n"
    index = f"<sitemapindex><sitemap><loc>{web.url}/maps/1.xml.gz</loc></sitemap><sitemap><loc>/maps/index.xml</loc>"
    web["/maps/index.xml"] = (200, {"Content-Type": "application/xml"}, f"{index}</sitemap></sitemapindex>".encode())
    web["/maps/1.xml.gz"] = (200, {"Content-Type": "application/gzip"}, gzip.compress(sitemap(entry("/a"))[2]))
    web["/a"] = page(TEXT)

    sync(site)
    assert paths(web) == ["a.html"]


def test_the_address_of_a_sitemap_will_do(site, web):
    site.location = f"{web.url}/map.xml"
    site.save()
    web["/map.xml"] = sitemap(entry("/a"))
    web["/a"] = page(TEXT)

    sync(site)
    assert paths(web) == ["a.html"]


@pytest.mark.parametrize(
    ("date", "is_settled"),
    [
        ("2026-01-01", True),
        ("2026-03-09", False),
        ("2026-03-10", False),
        ("2026-03-10T08:00:00+00:00", True),
        ("2026-01", False),
        ("", False),
    ],
)
def test_a_day_that_is_not_over_may_bring_a_second_edit(date, is_settled):
    assert settled(date, datetime(2026, 3, 10, 12, tzinfo=UTC)) == (date if is_settled else "")


def test_a_page_whose_date_is_the_same_is_not_asked_for(site, web):
    web["/"] = page(TEXT)
    web["/sitemap.xml"] = sitemap(entry("/a", "2026-01-01"), entry("/b", "2026-01-01"))
    web["/a"] = web["/b"] = page(TEXT)
    sync(site)
    web["/sitemap.xml"] = sitemap(entry("/a", "2026-01-01"), entry("/b", "2026-02-02"))
    web["/b"] = page("<p>New text of b.</p>")

    assert counted(sync(site)) == (0, 1, 1, 0, 0)
    assert (web.asked_for("/a"), web.asked_for("/b")) == (1, 2)


@pytest.mark.parametrize("broken", [b"", b"<urlset><url><loc>", b"\x1f\x8bnot gzip", b"<html>Not found</html>"])
def test_a_sitemap_that_lists_nothing_is_none(site, web, broken):
    web["/"] = links("/a")
    web["/a"] = page(TEXT)
    web["/sitemap.xml"] = broken

    sync(site)
    assert paths(web) == ["a.html", "index.html"]


@pytest.mark.parametrize("trouble", [(500, {}, b""), b"<urlset><url><loc>/a</loc></url><url><lo"])
def test_a_sitemap_that_cannot_be_read_now_retires_nothing(site, web, trouble):
    web["/"] = page(TEXT)
    web["/sitemap.xml"] = sitemap(entry("/a"), entry("/b"))
    web["/a"] = web["/b"] = page(TEXT)
    sync(site)
    web["/sitemap.xml"] = trouble

    assert sync(site).status == Status.FAILED
    assert paths(web) == ["a.html", "b.html"]


# Again


def test_what_did_not_change_is_not_sent_and_still_leads_on(site, web):
    web["/"] = links("/a")
    web["/a"] = etagged(links("/b"), '"a1"')
    web["/b"] = etagged(page(TEXT), '"b1"')
    sync(site)

    assert counted(sync(site)) == (0, 0, 3, 0, 0)
    assert [headers.get("If-None-Match") for headers in web.headers][-2:] == ['"a1"', '"b1"']


def test_a_page_that_is_gone_is_retired(site, web):
    web["/"] = links("/a", "/b")
    web["/a"] = web["/b"] = page(TEXT)
    sync(site)
    del web["/b"]

    assert counted(sync(site)) == (0, 0, 2, 1, 0)
    assert paths(web, "retired") == ["b.html"]


def test_a_page_that_fails_now_is_not_gone_nor_what_it_leads_to(site, web):
    web["/"] = links("/a", "/gone")
    web["/a"] = links("/b")
    web["/b"] = web["/gone"] = page(TEXT)
    sync(site)
    web["/a"] = (500, {}, b"")
    del web["/gone"]

    run = sync(site)
    assert (run.status, counted(run)) == (Status.PARTIAL, (0, 0, 2, 1, 1))
    assert paths(web) == ["a.html", "b.html", "index.html"]


@pytest.mark.parametrize("trouble", ["down", "no pages", "all fail"])
def test_a_site_in_trouble_loses_nothing(site, web, trouble):
    addresses = [f"/{number}" for number in range(12)]
    web["/"] = links(*addresses)
    for address in addresses:
        web[address] = page(TEXT)
    sync(site)
    if trouble == "down":
        Source.objects.update(location="http://127.0.0.1:1/")
        site.refresh_from_db()
    elif trouble == "no pages":
        web["/"] = (200, {"Content-Type": "image/png"}, b"\x89PNG")
    else:
        for address in addresses:
            web[address] = (503, {}, b"")

    assert sync(site).status == Status.FAILED
    assert len(paths(web)) == 13


def test_a_visit_can_be_cancelled_while_it_waits(site, web, monkeypatch):
    monkeypatch.setattr(visiting, "BEAT_SECONDS", 0.05)
    web["/robots.txt"] = "User-agent: *\nCrawl-delay: 9\n"
    web["/"] = links("/a")
    web["/a"] = page(TEXT)
    run = runs.begin(site)
    started = datetime.now(UTC)

    done = visit(run.pk, process_here, on_progress=lambda _: syncing.cancel(run))

    assert done is not None
    assert done.status == Status.CANCELLED
    assert (datetime.now(UTC) - started).total_seconds() < 3


# Kinds of pages


def test_the_server_says_in_which_characters(site, web):
    web["/"] = (
        200,
        {"Content-Type": "text/html; charset=iso-8859-2"},
        page("<p>Příliš žluťoučký kůň</p>").encode("iso-8859-2"),
    )
    sync(site)

    assert "žluťoučký" in Document.objects.get().markdown


def test_the_page_itself_says_in_which_characters(site, web):
    text = page("<p>Příliš žluťoučký kůň</p>", head='<meta charset="iso-8859-2">')
    web["/"] = (200, {"Content-Type": "text/html"}, text.encode("iso-8859-2"))
    sync(site)

    assert "žluťoučký" in Document.objects.get().markdown


@pytest.mark.parametrize("charset", ["undefined", "punycode", "no-such"])
def test_a_charset_that_is_none_costs_nothing(site, web, charset):
    answer = {"Content-Type": f"text/html; charset={charset}"}
    web["/"] = (200, answer, links("/a", "/b").encode())
    web["/a"] = (200, answer, page("<p>Příliš žluťoučký kůň</p>").encode())
    web["/b"] = (200, answer, page(TEXT, head='<meta name="robots" content="noindex">').encode())

    assert sync(site).status == Status.DONE
    assert paths(web) == ["a.html", "index.html"]
    assert "žluťoučký" in Document.objects.get(path__endswith="a.html").markdown


def test_text_and_markdown_are_pages_and_the_rest_is_not(site, web):
    web["/"] = links("/a.md", "/b.txt", "/c", "/d", "/v1.2")
    web["/a.md"] = (200, {"Content-Type": "application/octet-stream"}, b"# A page\n\nIn Markdown.")
    web["/b.txt"] = (200, {"Content-Type": "text/plain"}, b"Plain text.")
    web["/c"] = (200, {"Content-Type": "application/json"}, b"{}")
    web["/d"] = (200, {"Content-Type": "text/markdown"}, b"# D\n\nIn Markdown.")
    web["/v1.2"] = page(TEXT)

    sync(site)
    assert paths(web) == ["a.md", "b.txt", "d.md", "index.html", "v1.2.html"]


def test_files_are_read_by_what_the_server_says_they_are(site, web):
    web["/"] = links("/prices.csv", "/download?id=7", "/broken.pdf")
    web["/prices.csv"] = (200, {"Content-Type": "text/csv"}, b"Plan,Price\nTeam,29 euros\nSolo,9 euros\n")
    web["/download?id=7"] = (200, {"Content-Type": "message/rfc822"}, b"Subject: News\n\nThere are news.\n")
    web["/broken.pdf"] = (200, {"Content-Type": "application/pdf"}, b"<html>Please log in</html>")

    run = sync(site)
    formats = dict(Document.objects.exclude(format="html").values_list("path", "format"))
    assert sorted(formats.values()) == ["csv", "email", "pdf"]
    assert [failure["path"] for failure in run.failures] == [f"{web.host}/broken.pdf"]


# One page


def test_one_page_is_read_and_none_of_its_links(docs, web):
    web["/a"] = etagged(links("/b"), '"1"')
    source = Source.objects.create(collection=docs, kind=Source.Kind.PAGE, location=f"{web.url}/a")

    assert counted(sync(source)) == (1, 0, 0, 0, 0)
    assert counted(sync(source)) == (0, 0, 1, 0, 0)
    assert web.requests == ["/a", "/a"]

    del web["/a"]
    assert counted(sync(source)) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [((404, {}, b""), "There is no page"), ((200, {"Content-Type": "image/png"}, b"\x89PNG"), "is not a document")],
)
def test_a_page_that_is_none_says_so(docs, web, answer, sentence):
    web["/a"] = answer
    source = Source.objects.create(collection=docs, kind=Source.Kind.PAGE, location=f"{web.url}/a")

    run = sync(source)
    assert run.status == Status.FAILED
    assert sentence in run.error


def test_a_page_inside_the_network_is_refused_in_words(docs):
    source = Source.objects.create(collection=docs, kind=Source.Kind.PAGE, location="http://169.254.169.254/latest")

    assert "not on the public internet" in sync(source).error
