import re
from datetime import UTC, datetime

import pytest

from knowledge.loaders.html import load_html

PAGE = """<!doctype html><html><head><title>Refunds – Acme Help</title>
<meta name="description" content="When money comes back."><style>p{}</style><script>track()</script></head>
<body><nav><a href="/">Home</a></nav>
<main><h1>Refunds</h1><p>Money is <b>back</b> in five days.<ul><li>cards<li>transfers</ul>
<table><tr><th>Way<th>Days<tr><td>Card<td>5</table>
<pre><code class="language-js">if (a &lt; b) {}</code></pre></main>
<footer>© Acme</footer></body>"""


def test_a_page_keeps_its_text_and_loses_its_frame():
    page = load_html(PAGE)

    assert "- cards\n- transfers" in page.markdown
    assert "| Way | Days |" in page.markdown
    assert "```js\nif (a < b) {}\n```" in page.markdown
    assert not any(word in page.markdown for word in ("Home", "© Acme", "track()", "p{}"))


def test_the_name_of_the_site_is_no_part_of_the_title():
    page = load_html(PAGE)

    assert (page.title, page.description) == ("Refunds", "When money comes back.")


def test_broken_html_is_read_as_far_as_it_goes():
    page = load_html("<h1>Refunds<p>Five <b>days</p></i><table><td>and</table> <<< no more")

    assert all(word in page.markdown for word in ("Refunds", "Five", "days", "and", "no more"))


def test_a_heading_is_the_title_when_the_page_has_none():
    assert load_html("<h1>Refunds</h1><p>Five days.").title == "Refunds"


AROUND = "<p>What surrounds it is long, too. " + "More of the same on every page. " * 20
SITES = {
    "main": f"""<div class="navbar">Home</div><aside>{AROUND}</aside><main><div class="row"><article>
        <nav class="breadcrumbs">Docs</nav><header><h1>Refunds</h1></header>
        <p>Money is back in five days. <button>Copy</button></p><aside class="tip">Only on work days.</aside>
        <ul><li><a href="#a">How</a><li><a href="#b">When</a><li><a href="#c">Why</a></ul>
        <footer>Edit this page</footer></article></div></main><footer>{AROUND}</footer>""",
    "roles": """<div role="banner">Home</div><div role="main"><h1>Refunds</h1>
        <p>Money is back in five days.</p><p>Only on work days.</p></div>
        <div role="contentinfo">Edit this page</div>""",
    "classes": f"""<header>Home</header><div class="sidebar left">{AROUND}</div>
        <div class="content"><h1>Refunds</h1><p>Money is back in five days.</p><p>Only on work days.</p>
        <div class="pagination">Edit this page</div></div>
        <div id="onetrust-consent-sdk">Copy: we use cookies</div>""",
    "nothing": """<div id="menu"><a href="/">Home</a> <a href="/a">Copy</a> <a href="/b">Edit this page</a></div>
        <table><tr><td><h1>Refunds</h1><p>Money is back in five days.</p><p>Only on work days.</p></table>""",
}


@pytest.mark.parametrize("body", SITES.values(), ids=SITES.keys())
def test_what_surrounds_every_page_of_a_site_is_gone(body):
    page = load_html(f"<!doctype html><html><head><title>Refunds | Acme</title></head><body>{body}</body></html>")

    assert page.title == "Refunds"
    assert "Money is back in five days." in page.markdown
    assert "Only on work days." in page.markdown
    assert not re.search("Home|surrounds|Copy|Edit this page|How", page.markdown)


def test_a_title_outside_of_the_main_part_belongs_to_it():
    page = load_html(f"<body><header><h1>Refunds</h1></header><main><p>{'Five days. ' * 20}</p></main></body>")

    assert page.markdown.startswith("# Refunds")


@pytest.mark.parametrize(
    "heading",
    [
        '<h2 id="how">How long</h2>',
        '<h2 id="how">How long<a class="headerlink" href="#how" title="Link">¶</a></h2>',
        '<h2 id="how"><a class="header" href="#how">How long</a></h2>',
        '<h2>How long<span><a class="mark" href="#how" id="how">#</a></span></h2>',
        '<h2><a id="user-content-how" class="anchor" href="#how"></a>How long</h2>',
        '<h2><span class="headline" id="how">How long</span></h2>',
        '<a name="how"></a><h2>How long</h2>',
        '<section id="how"><h2>How long<a href="#how">#</a></h2></section>',
    ],
)
def test_a_heading_keeps_the_anchor_of_its_page(heading):
    assert "## How long {#how}\n" in load_html(f"<body><h1>Refunds</h1>{heading}<p>Five days.</p></body>").markdown


def test_a_heading_that_links_elsewhere_keeps_the_link():
    page = load_html('<body><h2 id="x">See <a href="#y">the others</a></h2><p>Text</p></body>')

    assert "## See [the others](#y) {#x}" in page.markdown


def test_tabs_stand_one_below_the_other():
    page = load_html(
        """<body><h1>Install</h1><ul role="tablist"><li role="tab">pip</li><li role="tab">uv</li></ul>
        <div role="tabpanel"><pre>pip install it</pre></div>
        <div role="tabpanel" hidden><pre>uv add it</pre></div></body>"""
    )

    assert "**pip**\n\n```\npip install it\n```\n\n**uv**\n\n```\nuv add it\n```" in page.markdown


@pytest.mark.parametrize(
    "faq",
    [
        "<details><summary>How long?</summary><p>Five days.</p></details>",
        "<dl><dt>How long?</dt><dd>Five days.</dd></dl>",
        '<button aria-expanded="false" aria-controls="a">How long?</button><div id="a"><p>Five days.</p></div>',
    ],
)
def test_questions_that_fold_out_are_told_from_their_answers(faq):
    assert "**How long?**\n\nFive days." in load_html(f"<body><h1>FAQ</h1>{faq}</body>").markdown


def test_a_question_on_a_button_in_a_heading_is_a_heading():
    page = load_html("<body><h1>FAQ</h1><h3><button>How long?</button></h3><p>Five days.</p></body>")

    assert "### How long?\n\nFive days." in page.markdown


@pytest.mark.parametrize(
    "date",
    [
        '<meta property="article:modified_time" content="2024-05-01T00:00:00+00:00">',
        '<meta itemprop="dateModified" content="2024-05-01">',
        '<body><span class="theme-last-updated">Last updated <time datetime="2024-05-01T00:00:00.000Z">',
    ],
)
def test_a_page_may_say_when_it_was_changed(date):
    assert load_html(f"<html>{date}<p>Text</html>").updated_at == datetime(2024, 5, 1, tzinfo=UTC)


def test_a_page_in_any_encoding_is_read():
    page = load_html('<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Größe</p></body></html>')

    assert page.markdown.strip() == "Größe"


@pytest.mark.parametrize("tag", ["div", "ul", "blockquote", "span", "b", "table", "a"])
def test_hostile_nesting_takes_no_time(tag):
    load_html(f"<body>{f'<{tag}>' * 10_000}deep")
    load_html(f"<body><main>{f'<{tag} class=sidebar><h1>x</h1>' * 2_000}deep")
