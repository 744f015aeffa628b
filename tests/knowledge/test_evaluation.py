import errno
import json
from io import StringIO
from math import log2

import pytest
from django.core.management import CommandError, call_command

from knowledge.errors import EvaluationError
from knowledge.evaluation import ndcg, quality, read_set
from knowledge.models import Document

CORPUS = [
    {"_id": "a/refunds.md", "title": "Refunds", "text": "Refunds take five working days."},
    {"_id": "parcels", "title": "Parcels", "text": "Parcels are sent from Lyon every morning."},
]
QUERIES = [{"_id": "q1", "text": "how long do refunds take"}, {"_id": "q2", "text": "where do parcels come from"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\ta/refunds.md\t1\nq2\tparcels\t1\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS)
    return tmp_path


def evaluate(*arguments):
    out = StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_set_is_measured_and_leaves_nothing_behind(folder):
    figures = json.loads(evaluate(folder, "--json"))

    assert list(figures) == [
        *("ndcg@10", "recall@5", "recall@10", "mrr@10", "hit@1", "hit@5"),
        *("p50_ms", "p95_ms", "chunks_per_s"),
    ]
    assert figures["ndcg@10"] == figures["hit@1"] == 1
    assert figures["chunks_per_s"] > 0
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_missed_minimum_fails_and_says_by_how_much(folder):
    (folder / "qrels" / "test.tsv").write_text("q1\tparcels\t1\nq2\tparcels\t1\n")

    with pytest.raises(CommandError, match=r"hit@1 is 0.5, not 0.9") as failure:
        evaluate(folder, "--min", "hit@1=0.9", "--min", "recall@10=0.5")

    assert failure.value.returncode == 1


def test_a_full_disk_ends_it_in_a_sentence(folder, monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("knowledge.evaluation.TemporaryDirectory", full)

    with pytest.raises(CommandError, match="no space left on the disk"):
        evaluate(folder)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", None, "cannot be read"),
        ("corpus.jsonl", "{", "not one JSON object a line"),
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


@pytest.mark.parametrize("minimum", ["speed=1", "hit@1=high", "ndcg@10=nan", "p95_ms=inf", "hit@1=-inf", "hit@1="])
def test_a_minimum_that_means_nothing_is_refused(minimum, folder):
    with pytest.raises(CommandError, match="--min"):
        evaluate(folder, "--min", minimum)


def test_graded_documents_count_by_their_grade_and_place():
    wanted = {"best": 3, "good": 1}

    assert ndcg(["best", "good"], wanted) == 1
    assert ndcg(["other", "best"], wanted) == pytest.approx((3 / log2(3)) / (3 + 1 / log2(3)))


def test_the_measures_are_means_over_the_queries():
    measured = quality({"q1": ["a", "b"], "q2": ["c", "d"]}, {"q1": {"a": 1}, "q2": {"d": 1, "e": 1}})

    assert measured["hit@1"] == 0.5
    assert measured["mrr@10"] == 0.75
    assert measured["recall@5"] == 0.75
