import re

import pytest

from knowledge.admin import pages
from knowledge.models import Chunk, Document
from tests.knowledge.admin.people import ready

pytestmark = pytest.mark.django_db

SECTIONS = "# Guide\n" + "".join(f"\n## Part {number}\n\nText of part {number}.\n" for number in range(6))


def passages(document: Document) -> str:
    return f"/admin/knowledge/document/{document.pk}/passages/"


def test_passages_are_shown_as_they_are_searched(client, editor, help_centre):
    html = client.get(passages(ready(help_centre))).text

    assert "Refunds › How long it takes" in html
    assert "/docs/help/refunds/#how-long-it-takes" in html
    assert re.search(r"\d+ tokens", html)


def test_those_cut_by_an_older_recipe_are_not(client, editor, help_centre):
    document = ready(help_centre)
    document.chunks.update(recipe="hashing/100/0")

    assert "How long it takes" not in client.get(passages(document)).text


def test_one_that_is_asked_for_stands_out_on_its_page(client, editor, help_centre, monkeypatch):
    monkeypatch.setattr(pages, "PASSAGES_PER_PAGE", 2)
    document = ready(help_centre, text=SECTIONS)
    wanted = Chunk.objects.order_by("position").last()
    assert wanted

    html = client.get(passages(document), {"chunk": wanted.pk}).text

    assert re.search(rf'is-marked" id="passage-{wanted.position}"', html)
    assert html.count("is-marked") == 1


def test_one_that_is_gone_is_said_to_be_gone(client, editor, help_centre):
    assert "is gone: the document was changed since" in client.get(passages(ready(help_centre)), {"chunk": 12345}).text


def test_those_of_other_groups_are_out_of_sight(client, editor, minutes):
    assert client.get(passages(ready(minutes))).status_code == 404
