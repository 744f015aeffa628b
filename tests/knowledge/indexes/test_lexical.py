import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import IndexUnusable
from knowledge.indexes.base import IndexedChunk
from knowledge.indexes.lexical import TantivyTexts

CHUNKS = [
    IndexedChunk(1, "Refunds", "How long", "Refunded payments arrive within five days."),
    IndexedChunk(2, "Search Console", "Errors", "Google may return invalid_grant for an old token."),
    IndexedChunk(3, "Grants", "Invalid ones", "A grant that is invalid is refused."),
    IndexedChunk(4, "Security", "Sign in", "Turn on 2FA in the café settings."),
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    TantivyTexts.write(folder, CHUNKS)
    return TantivyTexts.open(folder)


def found(texts, query):
    return [chunk_id for chunk_id, _ in texts.search(query, 10)]


@pytest.mark.parametrize(
    ("query", "best"),
    [("when do I get my refund", 1), ("invalid_grant", 2), ("2fa", 4), ("cafe", 4), ("INVALID GRANTS", 3)],
)
def test_words_are_found_by_their_stems_and_identifiers_as_written(texts, query, best):
    assert found(texts, query)[0] == best


def test_a_word_that_occurs_nowhere_takes_nothing_away(texts):
    assert found(texts, "refund xylophone") == [1]


@pytest.mark.parametrize("query", ["", "the of and", '"', "title:(", "[a TO", "*" * 50, "\x00", "a" * 100_000])
def test_a_query_without_words_finds_nothing(texts, query):
    assert found(texts, query) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_nothing_anybody_types_is_syntax(texts, query):
    assert set(found(texts, query)) <= {1, 2, 3, 4}


def test_missing_files_are_a_named_error(tmp_path):
    with pytest.raises(IndexUnusable):
        TantivyTexts.open(tmp_path)
