import pytest

from knowledge import curating
from knowledge.access import PUBLIC
from knowledge.building import build_index
from knowledge.ingestion import ingest
from knowledge.models import CuratedAnswer, Document
from knowledge.search import search_passages

pytestmark = pytest.mark.django_db


@pytest.fixture
def curate(docs):
    def curate(question="How do I cancel?", variants=(), answer="Open **Billing** and choose Cancel.", **fields):
        curated = CuratedAnswer(collection=docs, question=question, variants=list(variants), answer=answer, **fields)
        document = curating.save(curated)
        ingest([document.pk])
        build_index(docs.pk)
        return curated

    return curate


def first(query):
    found = search_passages(query, PUBLIC)
    return (found[0].title, found[0].text, found[0].is_curated) if found else None


def test_it_is_found_by_its_question_and_by_each_variant_once(curate):
    curate(variants=["Terminate my contract", "Stop paying"])

    for query in ("How do I cancel?", "terminate the contract", "stop paying"):
        assert first(query) == ("How do I cancel?", "Open **Billing** and choose Cancel.", True)
        assert len(search_passages(query, PUBLIC)) == 1


def test_it_comes_before_a_page_that_says_the_same_words(curate, publish):
    publish("cancel.md", "# Cancel\n\nHow do I cancel? Ask us how to cancel, and we cancel.")
    curate()

    assert first("How do I cancel?")[2]


def test_one_that_is_not_active_is_not_found_and_comes_back(curate):
    curated = curate(is_active=False)
    assert first("How do I cancel?") is None

    curated.is_active = True
    ingest([curating.save(curated).pk])
    build_index(curated.collection_id)
    assert first("How do I cancel?")


def test_a_changed_answer_is_a_version_of_the_same_document(curate):
    curated = curate()
    curated.answer = "Write to us."
    curating.save(curated)

    assert Document.objects.get().versions.count() == 2


def test_one_that_is_removed_takes_its_document_along(curate):
    curating.remove(curate())

    assert not Document.objects.exists()
    assert not CuratedAnswer.objects.exists()


def test_variants_are_kept_once_without_the_question(curate):
    curated = curate(variants=[" Stop  paying", "stop paying", "", "how do i cancel?"])

    assert curated.variants == ["stop paying"]
