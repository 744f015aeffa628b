import pytest

from knowledge.retrieval.fusion import NAME_WEIGHT, Evidence, fuse

# Which document each chunk of these tests belongs to: the first digit of its id.
DOCUMENTS = {chunk_id: chunk_id // 10 for chunk_id in range(10, 100)}


def order(whole, *parts):
    return [found.chunk_id for found in fuse(whole, parts, DOCUMENTS)]


def test_what_every_search_finds_first_comes_first_with_a_full_score():
    whole = Evidence(vectors=[[(10, 0.9), (20, 0.5)]], words=[(10, 12.0), (30, 4.0)], pages=[(1, 9.0), (2, 3.0)])

    best = fuse(whole, [], DOCUMENTS)[0]

    assert best.chunk_id == 10
    assert best.score == pytest.approx(1.0)
    assert best.evidence == pytest.approx({"vector": 0.7, "words": 0.13, "page": 0.17})


def test_vectors_count_more_than_words():
    assert order(Evidence([[(10, 0.9), (20, 0.1)]], [(20, 30.0), (10, 1.0)])) == [10, 20]


def test_words_alone_give_a_ranking_when_there_are_no_vectors():
    assert order(Evidence(words=[(70, 3.0), (80, 2.0)])) == [70, 80]


def test_of_equal_passages_the_one_on_the_page_about_the_subject_comes_first():
    near = Evidence(vectors=[[(10, 0.8), (20, 0.8), (30, 0.1)]])

    assert order(Evidence(near.vectors, pages=[(2, 7.0), (3, 1.0)]))[0] == 20
    assert order(Evidence(near.vectors, page_vectors={1: 0.1, 2: 0.6, 3: 0.1}))[0] == 20


def test_a_page_without_a_found_passage_is_not_found():
    assert order(Evidence([[(10, 0.9)]], pages=[(1, 2.0), (5, 9.0)])) == [10]


def test_models_are_scaled_each_for_itself():
    found = {
        each.chunk_id: each.score
        for each in fuse(Evidence([[(10, 0.9), (20, 0.8)], [(30, 0.3), (40, 0.1)]]), [], DOCUMENTS)
    }

    assert found[10] == found[30]


def test_a_page_that_answers_every_part_beats_one_that_answers_one():
    whole = Evidence([[(10, 0.8), (20, 0.8), (30, 0.2)]])
    first = Evidence([[(11, 0.9), (20, 0.9), (30, 0.1)]])
    second = Evidence([[(12, 0.9), (30, 0.1)]])

    assert order(whole, first, second)[0] == 10


def test_a_passage_only_a_part_leads_to_is_found():
    assert 21 in order(Evidence([[(10, 0.8), (30, 0.2)]]), Evidence([[(21, 0.9), (30, 0.1)]]))


def test_equal_scores_keep_a_stable_order():
    assert order(Evidence([[(50, 0.5), (20, 0.5)]])) == order(Evidence([[(20, 0.5), (50, 0.5)]])) == [20, 50]


def test_nothing_found_is_nothing():
    assert order(Evidence([[]])) == []


def test_an_identifier_of_one_page_leads_there_and_one_of_many_hardly_anywhere():
    near = Evidence(vectors=[[(10, 0.9), (20, 0.6), (30, 0.5)]])
    of_one = Evidence(near.vectors, names=[[(20, 4.0)]])
    of_many = Evidence(near.vectors, names=[[(each, 4.0) for each in (20, 40, 50, 60, 70)]])

    assert order(of_one)[0] == 20
    assert order(of_many)[0] == 10


def test_many_identifiers_count_no_more_than_one_that_leads_there():
    many = Evidence(vectors=[[(10, 0.9)]], names=[[(40, 1.0)]] * 5)

    assert {each.chunk_id: each.evidence["names"] for each in fuse(many, [], DOCUMENTS) if each.chunk_id == 40} == {
        40: NAME_WEIGHT
    }


def test_a_passage_only_an_identifier_leads_to_is_found():
    assert 40 in order(Evidence(vectors=[[(10, 0.9)]], names=[[(40, 1.0)]]))
