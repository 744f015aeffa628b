import errno
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import Document
from tests.knowledge.labelled_set import write_set

QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "how long do refunds take", "facts": ["five **working** days"], "expect": "answer"},
    {"_id": "q2", "text": "where do parcels come from", "expect": "answer"},
    {"_id": "q3", "text": "zebra?", "expect": "refuse"},
]


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path, QUERIES)


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
def test_answers_are_measured_too(folder, model):
    model.will_say("Refunds take five *working* days [1].")
    model.will_say("From Lyon [2].")
    model.will_say("I could not find that [0].")

    figures = json.loads(evaluate(folder, "--answers", "--json", "--min", "fact_rate=1"))

    assert figures["fact_rate"] == figures["answer_rate"] == figures["refuse_rate"] == figures["cited_rate"] == 1
    assert figures["first_token_p50_ms"] > 0
    assert figures["words_max"] == 5


@pytest.mark.django_db(transaction=True)
def test_refusals_are_counted_by_kind_where_queries_say_theirs(folder, model):
    kinds = {"zebra?": "off-topic", "where do parcels come from by ship?": "not said"}
    unanswerable = [
        {"_id": f"u{number}", "text": text, "expect": "refuse", "kind": kind}
        for number, (text, kind) in enumerate(kinds.items())
    ]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, [*QUERIES, *unanswerable])))
    for said in ("Refunds take five working days [1].", *["From Lyon [2]."] * 4):
        model.will_say(said)

    figures = json.loads(evaluate(folder, "--answers", "--json", "--min", "refuse_rate/off-topic=1"))

    assert figures["refuse_rate/off-topic"] == 1
    assert figures["refuse_rate/not said"] < 1


@pytest.mark.django_db(transaction=True)
def test_a_minimum_for_a_kind_that_no_query_has_fails(folder, model):
    with pytest.raises(CommandError, match="refuse_rate/odd was not measured"):
        evaluate(folder, "--answers", "--min", "refuse_rate/odd=1")


@pytest.mark.django_db(transaction=True)
def test_a_follow_up_is_searched_for_as_in_a_chat(folder):
    history = [{"role": "user", "text": QUERIES[0]["text"]}, {"role": "assistant", "text": "Refunds take five days."}]
    follow_up = {"_id": "q1", "text": "why?", "history": history}
    (folder / "queries.jsonl").write_text(json.dumps(follow_up))

    assert json.loads(evaluate(folder, "--json"))["hit@1"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_missed_minimum_fails_and_says_by_how_much(folder):
    (folder / "qrels" / "test.tsv").write_text("q1\tparcels\t1\nq2\tparcels\t1\n")

    with pytest.raises(CommandError, match=r"hit@1 is 0.5, not 0.9") as failure:
        evaluate(folder, "--min", "hit@1=0.9", "--min", "recall@10=0.5")

    assert failure.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_longer_answers_than_wanted_fail(folder, model):
    model.will_say("Refunds take five working days [1].")

    with pytest.raises(CommandError, match=r"words_max is 5, not 4; .*fact_rate was not measured"):
        (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "how long do refunds take"}))
        evaluate(folder, "--answers", "--min", "words_max=4", "--min", "fact_rate=0")


def test_a_full_disk_ends_it_in_a_sentence(folder, monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("knowledge.evaluation.TemporaryDirectory", full)

    with pytest.raises(CommandError, match="no space left on the disk"):
        evaluate(folder)


@pytest.mark.parametrize("minimum", ["speed=1", "hit@1=high", "ndcg@10=nan", "p95_ms=inf", "hit@1=-inf", "hit@1="])
def test_a_minimum_that_means_nothing_is_refused(minimum, folder):
    with pytest.raises(CommandError, match="--min"):
        evaluate(folder, "--min", minimum)


def test_a_minimum_for_answers_needs_answers(folder):
    with pytest.raises(CommandError, match="fact_rate is only measured with --answers") as failure:
        evaluate(folder, "--min", "fact_rate=0.5")

    assert failure.value.returncode == 2
