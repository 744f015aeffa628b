import json

import pytest

from chat.evaluation import Answered, Case, has_facts, quality, read_cases
from chat.records import Answer, Cited, Question
from knowledge.errors import EvaluationError


def case(*facts, expect=None):
    return Case(Question("?", "Help", None), facts, expect)


def answered(text, milliseconds=1.0, **fields):
    return Answered(Answer(text, **fields), milliseconds)


def test_rates_are_shares_of_the_queries_that_can_tell():
    figures = quality(
        [
            (
                case("five days", expect="answer"),
                answered("In five days.", citations=(Cited(1, "document", "Refunds"),)),
            ),
            (case("Lyon", expect="answer"), answered("I could not find that.", answered=False)),
            (case(expect="refuse"), answered("Zebras are striped.", 5.0)),
        ]
    )

    assert figures["fact_rate"] == figures["answer_rate"] == figures["cited_rate"] == 0.5
    assert figures["refuse_rate"] == 0
    assert figures["first_token_p50_ms"] == 1
    assert figures["words_p50"] == figures["words_max"] == 3


def test_what_no_query_can_tell_is_missing():
    figures = quality([(case(), answered("I could not find that.", answered=False))])

    assert figures["fact_rate"] is figures["refuse_rate"] is figures["cited_rate"] is figures["words_max"] is None


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Click **Reset** to\n  start.", "click reset to start"),
        ("Click Reset.", "**Click *Reset***"),
        ("See [Search Console](https://example.com/a) [2].", "search console."),
        ("Use `snake_case` here", "use snake_case here"),
        ("Within *5 days* [1], always", "5 days, always"),
        (r"Match /orders/\*", "/orders/*"),
    ],
)
def test_facts_are_found_however_they_are_set(text, fact):
    assert has_facts(text, [fact])


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Match /orders/977", ["/orders/*"]),
        ("Up to 30", ["up to 30", "per site"]),
        ("Use snakecase", ["snake_case"]),
    ],
)
def test_an_answer_needs_every_fact_to_the_letter(text, facts):
    assert not has_facts(text, facts)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"history": [{"role": "system", "text": "x"}]}, r"line 2: history.0.role"),
        ({"history": "before"}, r"line 2: history"),
        ({"facts": "one"}, r"line 2: facts"),
        ({"facts": [" "]}, r"line 2: facts.0"),
        ({"expect": "maybe"}, r"line 2: expect"),
        ({"text": None}, r"line 2: an object with the texts _id and text"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(fields, said, tmp_path):
    good = {"_id": "q1", "text": "and then?"}
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, [good, {**good, **fields}])))

    with pytest.raises(EvaluationError, match=said):
        read_cases(tmp_path)


def test_a_follow_up_knows_what_came_before(tmp_path):
    history = [{"role": "user", "text": "Refunds?"}, {"role": "assistant", "text": "Five days."}]
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "why?", "history": history}))

    turns = read_cases(tmp_path)["q1"].question.history

    assert [(turn.role, turn.text) for turn in turns] == [("customer", "Refunds?"), ("bot", "Five days.")]
