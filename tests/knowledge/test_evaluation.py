from math import log2

import pytest

from knowledge.errors import EvaluationError
from knowledge.evaluation import ndcg, quality, read_set
from tests.knowledge.labelled_set import write_set

QUERIES = [{"_id": "q1", "text": "how long do refunds take"}, {"_id": "q2", "text": "where do parcels come from"}]


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path, QUERIES)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", None, "cannot be read"),
        ("corpus.jsonl", "{", "line 1 is not one JSON object"),
        ("corpus.jsonl", "[" * 100_000, "line 1 is not one JSON object"),
        ("corpus.jsonl", '{"_id": "a", "text": "b"}\n{"_id"', "line 2 is not one JSON object"),
        ("corpus.jsonl", '{"_id": "a"}', "line 1: an object with the texts _id and text"),
        ("queries.jsonl", '{"_id": 1, "text": "x"}', "line 1"),
        ("qrels/test.tsv", "q1\tparcels\n", "line 1: query, document and a whole number"),
        ("qrels/test.tsv", "q9\tparcels\t1\n", "No query"),
        ("qrels/test.tsv", "q1\tparcels\t0\n", "No query"),
    ],
)
def test_a_set_that_cannot_be_used_says_why(file, content, said, folder):
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content)

    with pytest.raises(EvaluationError, match=said):
        read_set(folder)


def test_a_link_that_git_wrote_as_a_file_is_followed(folder):
    (folder / "corpus.jsonl").rename(folder / "documents.jsonl")
    (folder / "corpus.jsonl").write_text("documents.jsonl")

    assert [document["title"] for document in read_set(folder).documents] == ["Refunds", "Parcels"]


def test_graded_documents_count_by_their_grade_and_place():
    wanted = {"best": 3, "good": 1}

    assert ndcg(["best", "good"], wanted) == 1
    assert ndcg(["other", "best"], wanted) == pytest.approx((3 / log2(3)) / (3 + 1 / log2(3)))


def test_the_measures_are_means_over_the_queries():
    measured = quality({"q1": ["a", "b"], "q2": ["c", "d"]}, {"q1": {"a": 1}, "q2": {"d": 1, "e": 1}})

    assert measured["hit@1"] == 0.5
    assert measured["mrr@10"] == 0.75
    assert measured["recall@5"] == 0.75
