from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.records import CustomerRecord, TicketFact
from chat.context import Found, assemble
from chat.errors import QuestionTooLong
from chat.prompts.messages import size
from chat.records import Question, Source, Turn, Verdict
from knowledge.records import Passage
from tests.chat.prompting import blocks_of, build, context, count, document, labels

LONG = "A word is a word. " * 60
TEAM = Source(9, "account", "Your subscription", "Your plan is Team.")
TICKET = Source(10, "ticket", "Ticket T-1", "Your ticket T-1 is open.")


def conversation(turns: int, text: str = "turn {}") -> tuple[Turn, ...]:
    return tuple(
        Turn("customer" if number % 2 else "bot", text.format(number), seq=number) for number in range(1, turns + 1)
    )


def test_rules_come_first_then_the_turns_and_the_data_beside_the_question():
    messages = build(context("And yearly?", (document(1, "Ten days."),), conversation(2))).messages

    assert [sent["role"] for sent in messages] == ["system", "user", "assistant", "user"]
    assert "Ten days." not in messages[0]["content"]
    assert messages[-1]["content"].index("Ten days.") < messages[-1]["content"].index("And yearly?")


def test_roles_alternate_from_the_customer_on_as_many_templates_demand():
    history = (Turn("agent", "Hi, Ines here."), Turn("customer", "Hello?"), Turn("customer", "Anybody?"))

    messages = build(context("My refund?", history=history)).messages

    assert [sent["role"] for sent in messages] == ["system", "user"]
    assert messages[1]["content"].startswith("Hello?\n\nAnybody?\n\nSOURCES")


def test_the_numbers_of_earlier_answers_are_not_repeated():
    history = (Turn("customer", "Refund?"), Turn("bot", "Ten days [1]. By card [2, 3]."))

    assert build(context(history=history)).messages[2]["content"] == "Ten days . By card ."


def test_a_customers_secrets_are_masked():
    history = (Turn("customer", "My card is 4242 4242 4242 4242."),)

    prompt = build(context("It is 4242-4242-4242-4242, why?", history=history))

    assert "4242 4242" not in str(prompt.messages)
    assert "4242-4242" not in str(prompt.messages)


def test_the_order_of_need():
    """The newest turns, passages by rank with the account, tickets, older turns."""
    long = "word " * 100
    found = (document(1, long), document(2, long), Source(3, "account", "Team", long), Source(4, "ticket", "T-1", long))
    about = context("Refund?", found, conversation(6, "turn {} " + "word " * 150))
    said = [str(build(about, budget, boundary="5d41402abc4b2a76").messages) for budget in range(500, 2000, 10)]

    needs = [("Page 1", "Page 2"), ("Page 1", "Team"), ("Page 2", "T-1"), ("Team", "T-1"), ("T-1", "turn 2")]
    for earlier, later in needs:
        assert later in said[-1]
        assert all(earlier in text for text in said if later in text)


def test_long_passages_leave_room_for_the_account():
    sources = (*(document(number, LONG) for number in range(1, 9)), TEAM)

    prompt = build(context(sources=sources), budget=1500)

    assert "Your plan is Team." in str(prompt.messages)
    assert prompt.left_out[-1] == "[8] Page 8"


def test_a_ticket_that_is_asked_for_comes_before_the_second_best_passage():
    then = datetime(2026, 3, 1, tzinfo=UTC)
    ticket = TicketFact("T-1", "It broke", "open", (), then, then, then)
    found = [Passage(n, n, f"Page {n}", (), LONG, f"/{n}/", then, score=1, similarity=1) for n in (1, 2)]
    asked = Question("What happened to my ticket?", "Help", frozenset())
    about = assemble(asked, asked.text, Found(tuple(found)), CustomerRecord("Ada", tickets=(ticket,)))

    prompt = build(replace(about, verdict=Verdict("related", 0.3, "", (ticket,))), budget=1000)

    assert "Your ticket T-1" in str(prompt.messages)
    assert prompt.left_out == ("[2] Page 2: the end",)


def test_long_turns_leave_room_for_what_answers_the_question():
    prompt = build(context("Why?", (document(1, LONG),), conversation(4, LONG * 2)), budget=1500)

    assert labels(prompt) == ["source [1] document: Page 1"]


def test_the_newest_turns_outlive_the_older_ones_without_a_gap():
    prompt = build(context(history=conversation(10, "turn {} " + "word " * 100)), budget=1200)

    kept = [number for number in range(1, 11) if f"turn {number} " in str(prompt.messages)]
    assert kept == list(range(kept[0], 11))
    assert prompt.left_out == (f"{kept[0] - 1} older turns",)


def test_a_passage_without_enough_room_is_cut_where_a_sentence_ends():
    prompt = build(context(sources=(document(1, LONG),)), budget=600)

    ((_, text),) = blocks_of(prompt)
    assert text.endswith("A word is a word.\n(the rest is left out here)")
    assert prompt.left_out == ("[1] Page 1: the end",)


def test_a_question_that_leaves_no_room_for_anything_is_refused_by_name():
    with pytest.raises(QuestionTooLong):
        build(context("word " * 2000), budget=1000)


def test_tools_are_counted_and_change_what_the_model_is_told_of_itself():
    tool = {"type": "function", "function": {"name": "get_order", "description": "word " * 100}}

    without, offered = build(context()), build(context(), tools=[tool])

    assert offered.tokens > without.tokens + 100
    assert "cannot do anything" in str(without.messages)
    assert "never that it happened" in str(offered.messages)


def test_the_answer_is_in_the_customers_language_where_it_is_known():
    assert "Answer in German." in str(build(context(language="de")).messages)
    assert "Answer in the language of the question." in str(build(context(language="")).messages)


def test_what_a_summary_stands_for_is_not_said_again():
    about = context(history=conversation(8), summary="They asked for a refund.", summary_until=4)

    said = str(build(about).messages)

    assert "They asked for a refund." in said
    assert "turn 4" not in said
    assert "turn 5" in said


def test_turns_without_room_or_too_far_back_are_to_be_summarised():
    later = tuple(turn for turn in conversation(20) if turn.seq > 8)

    assert build(context(history=conversation(12))).summarise_until == 0
    assert build(context(history=later)).summarise_until == 16
    assert build(context(history=later, summary="Refund.", summary_until=8)).summarise_until == 0
    assert build(context(history=conversation(3, LONG * 3)), budget=900).summarise_until == 3


texts = st.text(max_size=200) | st.sampled_from(
    [LONG, "word " * 900, "[" * 3000, "- item\n" * 90, "🎉" * 300, "\n \n" * 99]
)
sources = st.builds(Source, st.just(1), st.sampled_from(["document", "account", "ticket"]), st.text(max_size=60), texts)
turns = st.builds(Turn, st.sampled_from(["customer", "bot", "agent"]), texts, seq=st.integers(0, 20))


@given(
    st.lists(sources, max_size=12),
    st.lists(turns, max_size=12),
    texts,
    st.integers(0, 4000),
    st.integers(0, 1000),
    st.lists(st.fixed_dictionaries({"name": texts}), max_size=2),
)
def test_no_prompt_exceeds_its_budget(sources, history, text, budget, spare, tools):
    about = context(text, tuple(sources), tuple(history), page={"title": text}, summary=text)
    try:
        prompt = build(about, budget, spare=spare, tools=tools)
    except QuestionTooLong:
        return

    assert sum(size(sent, count) for sent in prompt.messages) <= prompt.tokens <= budget
    assert prompt.messages[-1]["role"] == "user"
