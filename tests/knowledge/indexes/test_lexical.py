import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import IndexUnusable
from knowledge.indexes.base import IndexedChunk, IndexedPage
from knowledge.indexes.lexical import PageTexts, PassageTexts, identifiers

CHUNKS = [
    IndexedChunk(1, "Refunds", "How long", "Refunded payments arrive within five days."),
    IndexedChunk(2, "Search Console", "Errors", "Google may return invalid_grant for an old token."),
    IndexedChunk(3, "Grants", "Invalid ones", "A grant that is invalid is refused."),
    IndexedChunk(4, "Security", "Sign in", "Turn on 2FA in the café settings."),
    IndexedChunk(5, "Command line", "Start", "Start it with --detach, and stop it with -k."),
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    PassageTexts.update(folder, "english", [], CHUNKS)
    return PassageTexts.open(folder, "english")


def found(texts, query):
    return [entry_id for entry_id, _ in texts.search(query, 10)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("when do I get my refund", 1),
        ("invalid_grant", 2),
        ("2fa", 4),
        ("cafe", 4),
        ("INVALID GRANTS", 3),
        ("--detach", 5),
        ("what does -k do", 5),
    ],
)
def test_words_are_found_by_their_stems_and_identifiers_as_written(texts, query, best):
    assert found(texts, query)[0] == best


def test_identifiers_are_told_from_words():
    text = "Use C++, .NET or useState; ENOENT, X-Api-Key and v2 with -k. A well made, COOL one. Not e.g. THE end."

    assert sorted(identifiers(text)) == sorted(
        ["c++", ".net", "usestate", "enoent", "x-api-key", "v2", "-k", "e.g", "cool"]
    )


def test_a_word_that_occurs_nowhere_takes_nothing_away(texts):
    assert found(texts, "refund xylophone") == [1]


@pytest.mark.parametrize("query", ["", "the of and", '"', "title:(", "[a TO", "*" * 50, "\x00", "a" * 100_000])
def test_a_query_without_words_finds_nothing(texts, query):
    assert found(texts, query) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_nothing_anybody_types_is_syntax(texts, query):
    assert set(found(texts, query)) <= {1, 2, 3, 4, 5}


def test_words_are_known_in_any_of_their_forms(texts):
    assert all(map(texts.knows, ["refunded", "refunds", "google"]))
    assert not texts.knows("rofund")
    assert dict(texts.words_beginning_with("g")) == {"google": 1, "grant": 2, "grants": 1}


def test_an_update_takes_entries_out_and_adds_others(tmp_path):
    PassageTexts.update(tmp_path, "english", [], CHUNKS[:2])
    PassageTexts.update(tmp_path, "english", [1], CHUNKS[2:3])
    texts = PassageTexts.open(tmp_path, "english")

    assert found(texts, "refunded") == []
    assert sorted(found(texts, "invalid_grant grant")) == [2, 3]


def test_words_are_stemmed_by_the_language_of_the_collection(tmp_path):
    PassageTexts.update(tmp_path, "german", [], [IndexedChunk(1, "Häuser", "", "Die Häuser werden geliefert.")])

    assert found(PassageTexts.open(tmp_path, "german"), "Haus lieferung geliefertes") == [1]


def test_a_page_has_the_words_of_all_its_passages(tmp_path):
    pages = [IndexedPage(7, "Refunds", "How long", "Five days."), IndexedPage(8, "Parcels", "", "From Lyon.")]
    PageTexts.update(tmp_path, "english", [], pages)

    assert found(PageTexts.open(tmp_path, "english"), "how many days for refunds") == [7]


def test_missing_files_are_a_named_error(tmp_path):
    with pytest.raises(IndexUnusable):
        PassageTexts.open(tmp_path / "text", "english")
