"""Nobody gets a word of what is not for them: a secret in every kind of collection, looked for in every way."""

import json
from dataclasses import asdict

import pytest

from knowledge import indexes
from knowledge.models import Chunk
from knowledge.search import explained_search, load_chunks
from tests.canaries import MAY_READ, audience, canary, fill_shelves, leaks, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    return fill_shelves()


def given(query, actor, **options):
    """All that a search says, the ids of documents among it, but for the question itself."""
    asked, passages = explained_search(query, audience(actor), **options)
    corrected = asked.corrected if asked.corrected != query else ""
    return json.dumps([corrected, [asdict(passage) for passage in passages]], default=str)


@pytest.mark.parametrize("actor", MAY_READ)
def test_200_questions_bring_nobody_what_is_not_for_them(shelves, actor):
    told = {query: leaks(actor, given(query, actor)) for query in queries()}

    assert len(told) >= 200
    assert {query: slugs for query, slugs in told.items() if slugs} == {}


@pytest.mark.parametrize("actor", MAY_READ)
def test_everybody_finds_what_is_for_them(shelves, actor):
    assert {slug for slug in shelves if canary(slug) in given(f"{canary(slug)} refunds", actor)} == MAY_READ[actor]


@pytest.mark.parametrize("actor", MAY_READ)
def test_naming_a_collection_opens_none(shelves, actor):
    for slug, pk in shelves.items():
        assert leaks(actor, given(f"refunds {canary(slug)}", actor, collection_ids=[pk])) == set()


@pytest.mark.parametrize("actor", MAY_READ)
def test_what_is_not_for_them_is_not_even_asked(shelves, actor, monkeypatch):
    """So that neither the time it takes nor the scores of the rest depend on it."""
    opened, serving = set(), indexes.serving

    def noted(ids):
        opened.update(ids)
        return serving(ids)

    monkeypatch.setattr(indexes, "serving", noted)

    given("refunds", actor)

    assert opened == {shelves[slug] for slug in MAY_READ[actor]}


@pytest.mark.parametrize("actor", MAY_READ)
def test_a_passage_that_an_index_names_all_the_same_is_not_loaded(shelves, actor):
    """An index may be older than who may read what, or hold what it should not."""
    loaded = load_chunks(list(Chunk.objects.values_list("pk", flat=True)), audience(actor))

    assert {chunk.document.collection.slug for chunk in loaded.values()} == MAY_READ[actor]
