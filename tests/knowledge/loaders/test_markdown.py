from datetime import UTC, datetime

import pytest

from knowledge.loaders.markdown import load_markdown

PAGE = """---
title: Track events
description: "Count what visitors do."
---

import useBaseUrl from '@docusaurus/useBaseUrl';
import {
  Required,
  Optional,
} from '../helpers';
export const answer = {
  is: 42,
};

<head>
  <script type="application/ld+json">{`{"secret": "only for machines"}`}</script>
</head>

{/* a note to ourselves */}
<!-- another one -->

Put the snippet into `<head>` of <b>every</b> page.

<CtaBox headline="Try {it} > now" />
<div class="browser"><img alt="Screen" src={useBaseUrl('img/screen.png')} /></div>

:::tip Using <Brand/>WordPress?
There is a plugin.
:::

```html
<script src="x.js"></script>
<!-- kept -->
```

### date_range <Required /> {#date_range}

Replace <your-domain> and see <https://example.com>.
"""


@pytest.fixture(scope="module")
def page():
    return load_markdown(PAGE)


def test_title_and_description_come_from_the_front_matter(page):
    assert (page.title, page.description) == ("Track events", "Count what visitors do.")


@pytest.mark.parametrize(
    "gone", ["import ", "export ", "42", "secret", "note to", "another one", "CtaBox", "screen.png", ":::"]
)
def test_what_only_the_site_generator_needs_is_gone(page, gone):
    assert gone not in page.markdown


@pytest.mark.parametrize(
    "kept",
    [
        "Put the snippet into `<head>` of **every** page.",
        "**Using WordPress?**\n\nThere is a plugin.",
        '```html\n<script src="x.js"></script>\n<!-- kept -->\n```',
        "{#date_range}",
        "Replace <your-domain> and see <https://example.com>.",
    ],
)
def test_what_a_reader_sees_is_kept(page, kept):
    assert kept in page.markdown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<table><tr><th>Plan</th></tr><tr><td>Team</td></tr></table>", "| Plan |\n| --- |\n| Team |"),
        ("<details><summary>Why?</summary>\n\nBecause.\n\n</details>", "**Why?**\n\nBecause."),
        ('See <a class="x" href="/plans">the <em>plans</em></a>.', "See [the plans](/plans)."),
        ("<ul><li>one<ul><li>two</li></ul></li></ul>", "- one\n  * two"),
        ('!!! note "Mind"\n    Text of the note.\n\nAfter.', "**Mind**\n\nText of the note.\n\nAfter."),
        ("{% raw %}Text{% endraw %} {{< figure src=1 >}}", "Text"),
        ("<h2 class='y'>Plans</h2>\n\nText", "## Plans\n\nText"),
        ("> [!NOTE]\n> Text", "> **Note**\n> Text"),
        ("    kept = 1 < 2\n    <b>code</b>", "    kept = 1 < 2\n    <b>code</b>"),
        ("<Tabs>\n\n      <Tab>\n\n        Text in a tab\n\n      </Tab>\n</Tabs>", "Text in a tab"),
    ],
)
def test_foreign_markup_becomes_markdown(source, expected):
    assert load_markdown(source).markdown.strip("\n ") == expected.strip("\n ")


@pytest.mark.parametrize(
    "heading",
    [
        '<h2 id="all-plans">Plans</h2>',
        '<a id="all-plans"></a>\n\n## Plans',
        '## Plans <a name="all-plans"></a>',
        '## <a class="anchor" id="all-plans" href="#all-plans"></a>Plans',
        "## Plans {#all-plans}",
    ],
)
def test_a_heading_keeps_the_anchor_it_was_given(heading):
    assert load_markdown(f"{heading}\n\nText").markdown.strip() == "## Plans {#all-plans}\n\nText"


COMPONENTS = """import Tabs from '@theme/Tabs';

<Tabs groupId="os">
  <TabItem value="pip" label="With pip" default>

  Run `pip install it`.

  </TabItem>
  <TabItem value="uv" label={'With uv'}>Run it.</TabItem>
</Tabs>
<Steps>
  <Step title="Create a key">
    Open **Settings**.{" "}
    <Tip>Keep it {'safe'}.</Tip>
  </Step>
</Steps>
<Accordion title="Who pays?" onClick={() => open("x > y")}>We do.</Accordion>

An <Icon label="of a cog" /> icon.
"""


def test_components_leave_what_a_reader_sees_of_them():
    markdown = load_markdown(COMPONENTS).markdown

    assert [" ".join(part.split()) for part in markdown.split("\n\n")] == [
        "**With pip**",
        "Run `pip install it`.",
        "**With uv**",
        "Run it.",
        "**Create a key**",
        "Open **Settings**. Keep it safe.",
        "**Who pays?**",
        "We do.",
        "An icon.",
    ]


def test_the_first_level_one_heading_is_the_title_otherwise():
    assert load_markdown("Intro\n\n# `Plans` and **prices** {#top}\n").title == "Plans and prices"


@pytest.mark.parametrize(
    "fields",
    [
        "last_updated: 2024-05-01\ndate: 2020-01-01",
        "date: 2024-05-01T00:00:00",
        "lastmod: '2024-05-01 00:00:00+00:00'",
        "last_update:\n  date: 5/1/2024\nupdated: Wed, 1 May 2024 00:00:00 +0000",
        "last_update:\n  date: 2024-05-01\n  author: Ann",
    ],
)
def test_a_page_may_say_when_it_was_changed(fields):
    assert load_markdown(f"---\n{fields}\n---\nText").updated_at == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("date", ["tomorrow", "2999-01-01", "0001-01-01", "[]", "12", "true"])
def test_what_is_no_date_that_can_be_true_is_none(date):
    assert load_markdown(f"---\nlast_updated: {date}\n---\nText").updated_at is None


@pytest.mark.parametrize(
    "hostile",
    [
        "<a ",
        "<a id='x'>",
        "\n## <a id='x'>",
        "\n<Tab ",
        "\n<Tab title='x' ",
        "<script>",
        "<!--",
        "{",
        "`",
        '<a "',
        "{/*",
        "export const ",
    ],
)
def test_hostile_markup_takes_no_time(hostile):
    load_markdown(hostile * (40_000 // len(hostile)))
