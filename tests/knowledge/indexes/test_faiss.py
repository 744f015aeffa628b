import numpy as np
import pytest

from knowledge.errors import IndexUnusable
from knowledge.indexes import faiss
from knowledge.indexes.faiss import open_vectors, write_vectors

IDS = np.array([7, 55, 101], dtype=np.int64)
VECTORS = np.eye(4, dtype=np.float32)[:3]


def reader(ids, vectors):
    return lambda some: vectors[np.searchsorted(ids, some)]


@pytest.fixture
def index(tmp_path):
    write_vectors(tmp_path / "x.faiss", IDS, reader(IDS, VECTORS))
    return open_vectors(tmp_path / "x.faiss", IDS)


def test_the_nearest_comes_first_under_its_own_id(index):
    assert index.search(VECTORS[1], 1) == [(55, pytest.approx(1.0))]


def test_asking_for_more_than_there_is_gives_only_what_there_is(index):
    assert sorted(chunk_id for chunk_id, _ in index.search(VECTORS[0], 50)) == [7, 55, 101]


@pytest.mark.parametrize("query", [np.full(4, np.nan), np.ones(3), np.ones(5), np.ones((1, 4))])
def test_a_query_that_makes_no_sense_finds_nothing(index, query):
    assert index.search(query.astype(np.float32), 3) == []
    assert index.similarities(query.astype(np.float32), [7]) == {}


def test_similarities_are_those_of_known_chunks(index):
    assert index.similarities(VECTORS[2], [101, 55, 999]) == {101: pytest.approx(1.0), 55: pytest.approx(0.0)}


def test_an_empty_index_finds_nothing(tmp_path):
    write_vectors(tmp_path / "x.faiss", IDS[:0], lambda ids: np.empty((0, 4), dtype=np.float32))
    index = open_vectors(tmp_path / "x.faiss", IDS[:0])

    assert index.search(VECTORS[0], 5) == []
    assert index.similarities(VECTORS[0], [7]) == {}


def test_many_vectors_are_kept_in_cells_and_still_found(tmp_path, monkeypatch):
    monkeypatch.setattr(faiss, "MOST_EXACT", 2_000)
    monkeypatch.setattr(faiss, "READ_AT_ONCE", 700)
    vectors = np.random.default_rng(1).standard_normal((6_000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    ids = np.arange(6_000, dtype=np.int64) * 3
    details = write_vectors(tmp_path / "x.faiss", ids, reader(ids, vectors))
    index = open_vectors(tmp_path / "x.faiss", ids)

    assert details["kind"] == "cells"
    assert details["recall@10"] > 0.97
    assert all(index.search(vectors[row], 1)[0][0] == row * 3 for row in range(0, 6_000, 500))
    assert index.similarities(vectors[10], [30, 31]) == {30: pytest.approx(1.0, abs=0.02)}

    # FAISS fills up what one cell cannot give with a place that would be the last vector.
    faiss.cells_of(index.index).nprobe = 1
    found = [chunk_id for chunk_id, _ in index.search(vectors[0], len(ids))]
    assert 0 < len(found) == len(set(found)) < len(ids)


def test_a_file_that_is_none_is_a_named_error(tmp_path):
    (tmp_path / "x.faiss").write_bytes(b"no index")

    with pytest.raises(IndexUnusable):
        open_vectors(tmp_path / "x.faiss", IDS)


def test_another_number_of_vectors_than_ids_is_refused(tmp_path):
    write_vectors(tmp_path / "x.faiss", IDS, reader(IDS, VECTORS))

    with pytest.raises(IndexUnusable):
        open_vectors(tmp_path / "x.faiss", IDS[:2])


def test_the_true_nearest_are_found_as_vectors_pass_by():
    vectors = np.random.default_rng(1).standard_normal((1_000, 16)).astype(np.float32)
    nearest = faiss.Nearest(vectors[:5])
    for start in range(0, 1_000, 300):
        nearest.see(vectors[start : start + 300])

    true = np.argsort(-vectors[:5] @ vectors.T, axis=1)[:, :10]
    assert nearest.places.tolist() == true.tolist()
