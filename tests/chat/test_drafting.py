"""Tools and checks around a model that says what it is told to say, over the help centre of conftest."""

import pytest
from channels.db import database_sync_to_async as in_database

from chat.answering import answer_question
from chat.llm.base import ToolCall
from chat.models import Conversation, PendingAction
from chat.phrases import phrase
from chat.prompts.messages import size
from chat.records import Answer, Question
from chat.tokens import tokenizer_for
from knowledge.models import Collection, CollectionPlan
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True)]


async def ask(widget, text: str, customer=None) -> tuple[Answer, str]:
    """The answer, and what was shown of it on the way."""
    conversation = await Conversation.objects.acreate(widget=widget, customer=customer, session_hash=text)
    shown = ""

    async def emit(event: object) -> None:
        nonlocal shown
        shown += getattr(event, "text", "")

    question = Question(text, "Help", None, actor=factories.actor(customer), conversation_id=conversation.pk)
    return await answer_question(question, emit), shown


def look_up(query: str, number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", "search_documents", {"query": query})


async def test_a_tool_is_run_and_what_it_finds_can_be_cited(model, widget, customer):
    await in_database(customer.orders.create)(
        number="B-1", total_minor=4900, currency="EUR", status="shipped", placed_at=customer.created_at
    )
    model.will_say(ToolCall("c1", "get_order", {"number": "B-1"}))
    model.will_say("Your order B-1 has the status shipped [9].", " Its total is €49.00 [4].")

    answer, _ = await ask(widget, "How long does a refund of order B-1 take?", customer)

    assert answer.trace["tools"] == [{"name": "get_order", "ok": True, "found": ["Order B-1"]}]
    assert {"role": "tool", "tool_call_id": "c1"}.items() <= model.requests[1].messages[-1].items()
    assert "€49.00 in all" in model.requests[1].messages[-1]["content"]


async def test_the_trace_counts_what_tools_found_and_names_what_of_it_had_no_room(model, widget, customer, settings):
    settings.CHAT_CONTEXT_TOKENS = 4096
    for number in range(30):
        await in_database(customer.tickets.create)(number=f"T-{number}0", subject="Refund " * 28, status="open")
    model.will_say(ToolCall("c1", "list_my_tickets", {}))
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    answer, _ = await ask(widget, "How long does a refund take?", customer)

    sent = sum(size(message, tokenizer_for(model.name).count) for message in model.requests[1].messages)
    assert answer.trace["prompt_tokens"] >= sent
    assert any("Ticket T-200" in title for title in answer.trace["left_out"])


async def test_a_model_that_never_stops_looking_up_is_stopped(model, widget):
    for number in range(20):
        model.will_say(look_up(f"refund {number}", number))

    answer, _ = await ask(widget, "How long does a refund take?")

    assert len(model.requests) <= 7
    assert len(answer.trace["tools"]) == 5
    assert answer.engine == "extractive"


async def test_the_same_call_is_not_run_twice(model, widget):
    model.will_say(look_up("refunds"), look_up("refunds", 2))
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert len(answer.trace["tools"]) == 1
    assert answer.answered


async def test_all_that_is_looked_up_shares_one_deadline(model, widget, settings):
    model.will_say(look_up("refunds"))
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    await ask(widget, "How long does a refund take?")

    first, second = (request.seconds for request in model.requests)
    assert second < first <= settings.CHAT_TOTAL_SECONDS


async def test_a_tool_with_an_effect_only_offers_it(model, widget, customer):
    model.will_say(ToolCall("c1", "open_ticket", {"subject": "Refund missing", "text": "It did not come."}))
    model.will_say("I have prepared a ticket about it; please confirm it below.")

    answer, _ = await ask(widget, "My refund did not reach my card, please open a ticket", customer)

    assert await in_database(PendingAction.objects.filter(status="pending").count)() == 1
    assert await in_database(customer.tickets.count)() == 1
    assert answer.text == "I have prepared a ticket about it; please confirm it below."
    assert not answer.answered


async def test_an_offer_excuses_no_statement_beside_it(model, widget):
    said = "I have offered you a person below. Every customer gets all their money back whenever they like."
    model.will_say(ToolCall("c1", "hand_over", {}))
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, "How long does a refund take?")

    assert answer.text == "I have offered you a person below."
    assert not answer.answered


async def test_a_value_no_source_has_is_never_shown(model, widget):
    model.will_say("A refund takes 5 to 10 business days [1].", " The fee is 37 euros [1].")
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    answer, shown = await ask(widget, "How long does a refund take?")

    assert "37" not in shown + answer.text
    assert answer.answered
    assert answer.trace["revised"]


@pytest.mark.parametrize(
    ("again", "told", "answered"),
    [
        ("A refund reaches your card in 5 to 10 business days [1].", "A refund reaches your card in 5 to 10", True),
        ("€49 per month [1].", phrase("unsupported", "en"), False),
    ],
)
async def test_an_answer_withheld_from_its_first_word_is_no_failure_of_the_model(model, widget, again, told, answered):
    model.will_say("€49 per month [1].")
    model.will_say(again)

    answer, shown = await ask(widget, "How long does a refund take?")

    assert shown == answer.text
    assert answer.text.startswith(told)
    assert (answer.answered, answer.engine) == (answered, "scripted")


@pytest.mark.parametrize(("total", "requests"), [(8, 2), (0, 1)])
async def test_writing_again_takes_no_longer_than_the_answer_may(model, widget, settings, total, requests):
    settings.CHAT_TOTAL_SECONDS = total
    model.will_say("A refund reaches your card in 5 to 10 business days [1]. Hardware is free for everybody [1].")
    model.will_say("A refund reaches your card in 5 to 10 business days [1].")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert answer.text == "A refund reaches your card in 5 to 10 business days [1]."
    assert len(model.requests) == requests
    assert all(request.seconds <= total for request in model.requests)


async def test_what_a_revision_does_not_put_right_is_taken_out(model, widget):
    said = "A refund reaches your card in 5 to 10 business days [1]. Our founder loves sailing boats in summer [1]."
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, "How long does a refund take?")

    assert answer.text == "A refund reaches your card in 5 to 10 business days [1]."
    assert not answer.answered
    assert answer.trace["taken_out"] == ["Our founder loves sailing boats in summer [1]."]


async def test_what_cites_the_wrong_source_is_put_right_without_asking_again(model, widget):
    model.will_say("A refund reaches your card in 5 to 10 business days [2].")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert answer.text == "A refund reaches your card in 5 to 10 business days. [1]"
    assert answer.answered
    assert [cited.title for cited in answer.citations] == ["Refunds › How long it takes"]
    assert len(model.requests) == 1
    assert answer.trace["attributed"]


async def test_steps_that_lost_one_of_them_give_way_to_quotes(model, widget):
    said = "Do this [1]:\n\n1. A refund reaches your card in 5 to 10 business days.\n2. Send us your old boots by boat."
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, "How long does a refund take?")

    assert phrase("from_documents", "en") in answer.text
    assert "boots" not in answer.text
    assert (answer.answered, answer.engine, answer.trace["quoted_instead"]) == (True, "extractive", "gutted")


async def test_an_answer_without_a_source_is_not_shown_as_one(model, widget):
    model.will_say("Refunds are usually quick and painless at most companies.")
    model.will_say("Refunds are usually quick and painless at most companies.")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert "painless" not in answer.text
    assert (answer.answered, answer.outcome) == (False, "refused")
    assert answer.suggestions == ("Refunds",)


async def test_remarks_alone_are_no_answer(model, widget):
    model.will_say("I hope this helps. Let me know how it goes.")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert (answer.answered, answer.outcome) == (False, "refused")
    assert "I hope" not in answer.text


async def test_nothing_is_promised_that_was_not_done(model, widget):
    said = "I've refunded your card within 5 to 10 business days [1]."
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, "Please refund my card")

    assert "I've refunded" not in answer.text
    assert not answer.answered


async def test_only_the_record_says_which_plan_the_customer_is_on(model, widget, customer):
    said = "A refund reaches your card in 5 to 10 business days [1]. You are on Gold."
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, "How long does a refund take on Gold?", customer)

    assert answer.text == "A refund reaches your card in 5 to 10 business days [1]."


@pytest.mark.parametrize("said", ["The Gold plan costs 29 euros per month [1].", "Gold costs 29 euros per month [1]."])
@pytest.mark.parametrize("question", ["How much is the Gold plan per month?", "How much is Gold per month?"])
async def test_what_a_page_says_of_one_plan_is_not_told_of_another(model, widget, customer, question, said):
    """Whoever asks: plans are known by those who are on them."""
    await in_database(customer.subscriptions.update)(plan="Gold")
    model.will_say(said)
    model.will_say(said)

    answer, _ = await ask(widget, question)

    assert "Gold" not in answer.text
    assert not answer.answered


@pytest.mark.parametrize(
    "invented",
    [
        "The Team plan has six seats [1].",
        "The Team plan has a dozen seats [1].",
        "The Team plan has unlimited seats [1].",
        "The Team plan costs 29 euros per year [1].",
        "The Team plan is free [1].",
        "The Team plan costs nothing [1].",
        "The Team plan is half price [1].",
    ],
)
async def test_neither_words_for_numbers_nor_for_no_price_are_made_up(model, widget, invented):
    model.will_say(invented)
    model.will_say(invented)

    answer, shown = await ask(widget, "What does the Team plan cost, and how many seats has it?")

    assert not answer.answered
    assert invented[14:-5] not in shown + answer.text


async def test_plans_that_only_a_collection_is_kept_to_are_known_too(model, widget):
    await in_database(CollectionPlan.objects.create)(collection_id=await in_database(_of_customers)(), plan="Gold")
    model.will_say("Gold costs 29 euros per month [1].")
    model.will_say("The Team plan costs 29 euros per month [1].")

    answer, _ = await ask(widget, "How much is the Team plan per month?")

    assert answer.text == "The Team plan costs 29 euros per month [1]."


async def test_that_there_is_no_such_plan_may_be_said(model, widget):
    model.will_say("There is no Gold plan, but the Team plan costs 29 euros per month [1].")

    answer, _ = await ask(widget, "How much is the Gold plan per month?")

    assert answer.answered


async def test_a_model_may_ask_back(model, widget):
    model.will_say("Do you mean a refund to your card or to your balance?")

    answer, _ = await ask(widget, "How long does a refund take?")

    assert (answer.text[-1], answer.answered, answer.outcome) == ("?", False, "asked")


def _of_customers() -> int:
    return Collection.objects.get(audience="customers").pk
