from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.console.traces import ShownTrace, shown_trace
from chat.models import Message
from chat.records import HandOver, Verdict
from knowledge.records import Level

KEYS = {"query", "rewritten_by", "sources", "verdict", "tools", "usage", "prompt_tokens", "cost_micro", "cap"}
KEYS |= {"fallback_from", "not_asked", "left_out", "unsupported", "taken_out", "revised", "ended", "over_tokens"}
KEYS |= {"connectors", "rewrites", "sent", "why", "unheard_of"}
KEYS |= {"images_sent", "images_unread", "embed_ms", "context_ms", "first_token_ms", "total_ms", "unheard_of_ms"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def row(shown: ShownTrace, label: str) -> list[tuple[str, str]]:
    return [(item.text, item.aside) for found in shown.rows if found.label == label for item in found.items]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values)) | json_values)
def test_whatever_was_kept_can_be_shown(trace):
    shown = shown_trace(trace)

    assert all(type(text) is str for found in shown.rows for item in found.items for text in item)
    assert all(0 <= time.share <= 100 for time in shown.times)


@pytest.mark.parametrize("why", get_args(HandOver))
def test_every_cause_of_a_hand_over_has_its_words(why: str):
    ((text, _),) = row(shown_trace({"why": why}, outcome="handed_over"), "Why")

    assert text not in ("", why)


@pytest.mark.parametrize("outcome", Message.Outcome.values)
def test_every_outcome_has_its_words(outcome: str):
    assert shown_trace({}, outcome=outcome).outcome not in ("Finished", outcome)


@pytest.mark.parametrize("status", sorted(set(Message.Status.values) - {"complete"}))
def test_an_answer_that_was_not_finished_says_how_it_ended(status: str):
    assert shown_trace({}, status=status).outcome != "Finished"


def test_a_lost_writer_is_named_as_the_reason():
    shown = shown_trace({"ended": "writer_lost"}, status="interrupted")

    assert row(shown, "Ended") == [("the process that wrote it was lost; what it had said was not checked", "")]


def test_sources_are_shown_with_what_they_scored():
    passage = {"number": 1, "kind": "document", "title": "Refunds", "score": 0.731, "similarity": 0.604}
    shown = shown_trace({"sources": [passage, {"number": 2, "kind": "account", "title": "Plan"}]})

    given = [("[1] Refunds", "score 0.73, similarity 0.60"), ("[2] Plan", "account")]
    assert row(shown, "Given to the engine") == given


def test_sources_of_a_prompt_say_what_was_sent_of_them():
    sources = [{"number": 1, "kind": "document", "title": "Refunds"}, {"number": 2, "kind": "account", "title": "Plan"}]
    shown = shown_trace({"sources": sources, "sent": [{"number": 1, "sha256": "0123456789ab"}]})

    assert row(shown, "Given to the engine") == [("[1] Refunds", "0123456789ab"), ("[2] Plan", "account, no room")]


def test_the_query_says_who_worded_it():
    shown = shown_trace({"query": "yearly plan price", "rewritten_by": "model"})

    assert row(shown, "Searched for") == [("yearly plan price", "rewritten by a model")]


def test_the_verdict_comes_before_its_numbers():
    verdict = Verdict("related", 0.3127, "nearest passage 0.44, 0.04 before the other pages")
    shown = shown_trace({"verdict": verdict.traced()})

    assert row(shown, "Evidence") == [
        ("Only about the same subject", "strength 0.31; nearest passage 0.44, 0.04 before the other pages")
    ]


def test_a_verdict_in_other_words_is_shown_as_it_was_kept():
    shown = shown_trace({"verdict": {"best": 0.3127, "level": "too_little", "words_found": 2}})

    assert row(shown, "Evidence") == [("too little", "best 0.31, words found 2")]


@pytest.mark.parametrize("level", get_args(Level))
def test_every_level_of_a_verdict_has_its_words(level: str):
    assert row(shown_trace({"verdict": {"level": level}}), "Evidence") != [(level, "")]


def test_an_engine_that_stepped_in_says_for_whom():
    assert row(shown_trace({"fallback_from": "gpt"}, engine="extractive"), "Engine") == [
        ("extractive", "because gpt failed")
    ]


def test_a_model_that_was_not_asked_says_which_limit_was_reached():
    shown = shown_trace({"not_asked": "gpt", "cap": "day"}, engine="extractive")

    assert row(shown, "Engine") == [("extractive", ""), ("gpt was not asked", "the day’s limit")]


def test_tools_say_what_they_found():
    tools = [{"name": "get_order", "ok": True, "found": 1}, {"name": "get_ticket", "ok": False}]

    assert row(shown_trace({"tools": tools}), "Tools") == [("get order", "found 1"), ("get ticket", "not run")]


def test_images_are_those_sent_and_those_not_read():
    assert row(shown_trace({"images_sent": 2, "images_unread": 1}), "Images") == [("2 sent", ""), ("1 not read", "")]
    assert row(shown_trace({"images_sent": 1, "images_unread": 0}), "Images") == [("1 sent", "")]


def test_what_was_not_supported_and_taken_out_is_listed():
    shown = shown_trace({"unsupported": ["It costs €9."], "taken_out": ["It costs €9."], "revised": True})

    assert [found.label for found in shown.rows] == ["Not supported", "Revised", "Taken out"]


def test_tokens_and_cost_are_amounts():
    shown = shown_trace({"prompt_tokens": 1890, "usage": {"prompt": 1902, "completion": 75}, "cost_micro": 1234})

    assert [amount for amount, _ in row(shown, "Tokens")] == ["1,890", "1,902", "75"]
    assert row(shown, "Cost") == [("0.001234", "")]


def test_what_a_turn_had_no_tokens_for_is_listed():
    shown = shown_trace({"over_tokens": ["tools", "revision"]})

    assert row(shown, "No tokens left for") == [("tools", ""), ("revision", "")]


def test_what_it_took_to_put_the_question_is_told_beside():
    shown = shown_trace({"rewrites": [{"model": "small", "usage": {"prompt": 200, "completion": 9}}]})

    assert row(shown, "Tokens") == [
        ("200", "read to put the question, by small"),
        ("9", "written to put the question, by small"),
    ]


def test_stages_are_in_their_order_and_moments_last():
    shown = shown_trace({"total_ms": 400.0, "first_token_ms": 100, "polish_ms": 20, "context_ms": 50, "embed_ms": 10})

    assert [(time.label, time.share) for time in shown.times] == [
        ("Embedding", 2.5),
        ("Record", 12.5),
        ("Polish", 5.0),
        ("First words after", 25.0),
        ("In all", 100.0),
    ]
    assert shown.total_ms == 400
