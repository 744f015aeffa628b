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
