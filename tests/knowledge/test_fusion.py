import pytest

from knowledge.fusion import fuse


def test_what_both_searches_find_first_comes_first_with_a_full_score():
    chunk_id, score = fuse([[(1, 0.9), (2, 0.5)]], [(1, 12.0), (3, 4.0)])[0]

    assert chunk_id == 1
    assert score == pytest.approx(1.0)


def test_vectors_count_more_than_words():
    assert [chunk_id for chunk_id, _ in fuse([[(1, 0.9), (2, 0.1)]], [(2, 30.0), (1, 1.0)])] == [1, 2]


def test_words_alone_give_a_ranking_when_there_are_no_vectors():
    assert [chunk_id for chunk_id, _ in fuse([], [(7, 3.0), (8, 2.0)])] == [7, 8]


def test_models_are_scaled_each_for_itself():
    fused = dict(fuse([[(1, 0.9), (2, 0.8)], [(3, 0.3), (4, 0.1)]], []))

    assert fused[1] == fused[3]


def test_equal_scores_keep_a_stable_order():
    assert fuse([[(5, 0.5), (2, 0.5)]], []) == fuse([[(2, 0.5), (5, 0.5)]], [])


def test_nothing_found_is_nothing():
    assert fuse([[]], []) == []
