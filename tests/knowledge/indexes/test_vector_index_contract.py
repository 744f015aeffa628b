"""What every vector index promises."""

import numpy as np
import pytest
from django.utils.module_loading import import_string

from knowledge.errors import IndexUnusable
from knowledge.indexes.snapshots import VECTOR_INDEXES

IDS = np.array([101, 7, 55], dtype=np.int64)
VECTORS = np.eye(4, dtype=np.float32)[:3]


@pytest.fixture(params=VECTOR_INDEXES.values())
def engine(request):
    return import_string(request.param)


@pytest.fixture
def index(engine, tmp_path):
    engine.write(tmp_path, IDS, VECTORS)
    return engine.open(tmp_path)


def test_the_nearest_comes_first_under_its_own_id(index):
    assert index.search(VECTORS[1], 1) == [(7, pytest.approx(1.0))]


def test_asking_for_more_than_there_is_gives_only_what_there_is(index):
    assert sorted(chunk_id for chunk_id, _ in index.search(VECTORS[0], 50)) == [7, 55, 101]


@pytest.mark.parametrize("query", [np.full(4, np.nan), np.ones(3), np.ones(5), np.ones((1, 4))])
def test_a_query_that_makes_no_sense_finds_nothing(index, query):
    assert index.search(query.astype(np.float32), 3) == []


def test_similarities_are_those_of_known_chunks(index):
    assert index.similarities(VECTORS[2], [55, 7, 999]) == {55: pytest.approx(1.0), 7: pytest.approx(0.0)}


def test_an_empty_index_finds_nothing(engine, tmp_path):
    engine.write(tmp_path, np.array([], dtype=np.int64), np.empty((0, 4), dtype=np.float32))

    assert engine.open(tmp_path).search(VECTORS[0], 5) == []


def test_missing_files_are_a_named_error(engine, tmp_path):
    with pytest.raises(IndexUnusable):
        engine.open(tmp_path)
