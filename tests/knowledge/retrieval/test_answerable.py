"""Whether passages are enough for an answer: what each sign says, and all of them over a real index."""

from dataclasses import replace

import pytest

from knowledge.access import PUBLIC
from knowledge.building import build_index
from knowledge.ingestion import ingest
from knowledge.records import Match
from knowledge.retrieval.answerable import ENOUGH, RELATED, lead, level_of, reason_for, strength
from knowledge.retrieval.fusion import Evidence
from knowledge.search import explained_search
from knowledge.services import save_document

FITS = Match(nearness=0.6, words=2.0, lead=0.2, agreed=True, focus=0.5, is_faq=False, shared=4, told=5)

PAGES = {
    "refunds": "# Refunds\n\nA refund reaches your card in 5 to 10 business days. You ask for it under Billing.",
    "plans": "# Plans\n\nThe Team plan costs 29 euros per month and has five seats. You can change plans at any time.",
    "shipping": "# Shipping\n\nWe ship to Norway and Switzerland. The parcel takes four days and passes customs.",
    "security": "# Two-factor authentication\n\nTurn it on under Security and scan the code with your phone.",
}


@pytest.mark.parametrize(
    "worse",
    [
        {"nearness": 0.3},
        {"words": 0.3},
        {"lead": 0.0},
        {"agreed": False},
        {"focus": 0.25},
        {"is_faq": True},
        {"shared": 1},
    ],
)
def test_every_sign_counts(worse):
    assert strength(replace(FITS, **worse)) < strength(FITS)


def test_one_word_in_common_is_a_coincidence_however_near_the_vectors():
    assert strength(FITS) >= ENOUGH
    assert strength(replace(FITS, shared=1)) < ENOUGH
    assert strength(replace(FITS, shared=1, told=2)) >= ENOUGH


def test_there_are_three_levels_and_each_begins_at_its_threshold():
    levels = [level_of(strength) for strength in (1.0, ENOUGH, ENOUGH - 0.01, RELATED, RELATED - 0.01)]

    assert levels == ["enough", "enough", "related", "related", "nothing"]


def test_what_decides_most_is_said_in_words():
    assert reason_for(FITS) == "nearest passage 0.60, 0.20 before the other pages"
    assert reason_for(replace(FITS, shared=1)) == "the best passages have 1 of the 5 words that say something"
    assert reason_for(replace(FITS, shared=1, told=3)) == reason_for(FITS)
    assert reason_for(replace(FITS, nearness=None)) == "without vectors: 4 of the 5 words that say something"


def test_without_vectors_the_share_of_the_words_decides():
    blind = replace(FITS, nearness=None)

    assert strength(blind) >= ENOUGH
    assert strength(replace(blind, shared=1)) < RELATED


def test_a_page_leads_by_its_nearest_passage():
    found = Evidence(vectors=[[(1, 0.8), (2, 0.7), (3, 0.5), (4, 0.3)]])

    assert lead(found, {1: 1, 2: 1, 3: 2, 4: 3}) == pytest.approx(0.4)
    assert lead(found, dict.fromkeys((1, 2, 3, 4), 1)) == lead(Evidence(vectors=[[(1, 0.2)]]), {1: 1})


@pytest.fixture
def shop(db, docs, settings):
    settings.EMBEDDING_MODEL = "minilm"
    for name, text in PAGES.items():
        ingest([save_document(collection=docs, path=f"{name}.md", content=text)[0].pk])
    build_index(docs.pk)


@pytest.mark.parametrize(
    "question",
    ["when is my refund on the card?", "price of team plan", "I live in Norway. Do you ship a parcel to me?"],
)
def test_what_a_page_says_is_enough(shop, question):
    match = explained_search(question, PUBLIC)[0].match

    assert match
    assert strength(match) >= ENOUGH


@pytest.mark.parametrize("question", ["Who won the world cup in 2018?", "banana bread without eggs", "tell me a joke"])
def test_what_no_page_is_about_is_not(shop, question):
    match = explained_search(question, PUBLIC)[0].match
    assert match is None or strength(match) < ENOUGH
