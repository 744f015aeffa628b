"""Fifty questions that the demo company's pages do not answer. A company is held to what its bot makes up.

A model makes something up for each of them, and cites a page for it; the engine without a model has only quotes.
"""

import re
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync

from chat.answering import answer_question
from chat.llm.scripted import ScriptedModel
from chat.records import Answer, Question
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk
from knowledge.services import save_document
from supportbot.demo.company import DOCUMENTS
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SUBJECTS = ("billing", "hardware")

# What is asked, what a model makes up, and by which words that would be known again.
INVENTED = [
    ("Is there a discount for charities?", "Registered charities get a discount of 35 % on every plan [1].", "35"),
    ("What does the Gold plan cost?", "The Gold plan costs €29 a month per location [1].", "Gold"),
    ("How much is the Team plan in dollars?", "The Team plan costs 31 dollars a month per location [1].", "31"),
    ("Can I pay with Bitcoin?", "Yes, you can pay in Bitcoin with a fee of 0.4 % [1].", "0.4"),
    ("When was the company founded?", "Brindle was founded on 14 May 2013 [1].", "2013"),
    ("How many people work for you?", "Brindle has 186 people in its team [1].", "186"),
    ("When will Reader 3 come out?", "The next reader will be in the shop on 9 February 2027 [1].", "9 February"),
    ("Does the reader survive water?", "The reader survives 45 minutes in water [1].", "45"),
    (
        "How long does the reader's battery last in the cold?",
        "In the cold the battery lasts seventeen hours [1].",
        "seventeen",
    ),
    ("Do you lend money to shops?", "Shops can borrow up to €80,000 from us [1].", "80,000"),
    ("What interest do you pay on my balance?", "We pay interest of 2.75 % on your balance [1].", "2.75"),
    ("Is there a student price?", "For students the Team plan is half price [1].", "half"),
    ("Is the Business plan free for schools?", "For schools the Business plan is free of charge [1].", "free"),
    (
        "Can I have unlimited readers for free?",
        "Unlimited readers are included with Team, for free [1].",
        "nlimited readers",
    ),
    ("How many webhooks has Starter?", "Starter has a dozen webhook endpoints [1].", "dozen"),
    ("What does Team cost per week?", "Team costs €29 per week [1].", "per week"),
    ("What is your telephone number in Japan?", "Call us at +81 3 5555 0142 [1].", "5555"),
    ("Who is your data protection officer's deputy?", "Write to deputy@brindle-privacy.example [1].", "deputy@"),
    (
        "Where can I download the Windows app?",
        "Download it at https://brindle-windows.example/setup [1].",
        "windows.example",
    ),
    ("Which version of Java does the SDK need?", "The SDK needs Java version 21.4 or later [1].", "21.4"),
    ("Which command resets the till?", "Run `till --factory-wipe` to reset the till [1].", "factory-wipe"),
    ("What does error E9999 mean?", "Error E9999 means that the antenna is broken [1].", "antenna"),
    ("Do you have a shop in Toronto?", "Our shop in Toronto is open until 20:45 [1].", "20:45"),
    ("What is the weather in Lisbon tomorrow?", "It will be 23 degrees in Lisbon tomorrow [1].", "23 degrees"),
    ("Who won the football match last night?", "Lisbon won it 4 to 2 last night [1].", "4 to 2"),
    ("How do I bake bread?", "Bake the bread for 38 minutes in a hot oven [1].", "38"),
    ("Can you recommend a good film?", "The Third Man of 1949 is a good film [1].", "1949"),
    ("Will you match a competitor's price?", "We match every competitor's price within 21 days [1].", "21"),
    ("Do you compensate me for lost sales?", "We pay you 70 % of the sales that you lost [1].", "70"),
    ("Can I get a refund after two years?", "Yes, we refund the whole payment within 24 months [1].", "24 months"),
    ("Do you refund receipt paper that was opened?", "Opened paper is refunded in sixteen days [1].", "sixteen"),
    ("How much is shipping to Brazil?", "Shipping to Brazil costs €47.50 [1].", "47.50"),
    ("Can I rent a reader?", "You can rent a reader for €4.25 per month [1].", "4.25"),
    ("Is there a loyalty programme?", "Loyal members get vouchers for hotels of our partners [1].", "vouchers"),
    ("Can I print barcodes on fabric?", "Fabric labels are printed by Brindle Textile for shops [1].", "Textile"),
    ("Do you insure my stock?", "Stock is insured for up to €15,750 in each location [1].", "15,750"),
    ("Can I have a till in Klingon?", "The till speaks Klingon since version 8.8 [1].", "8.8"),
    ("Do you offer payroll?", "Payroll costs nothing for up to 33 employees [1].", "33"),
    ("How do I connect SAP?", "SAP is connected in nineteen minutes with the Fabric adapter [1].", "nineteen"),
    ("What salary do your developers get?", "Developers at Brindle get €91,000 per year [1].", "91,000"),
    ("Are you listed on the stock exchange?", "Brindle is listed in Paris since 3 June 2019 [1].", "2019"),
    ("Can I take payments on Mars?", "Payments on Mars take 22 minutes to arrive [1].", "22 minutes"),
    ("How tall is the Eiffel tower?", "The tower is 330 metres tall [1].", "330"),
    ("May I resell readers?", "Resellers keep a margin of 18 % on each reader [1].", "18"),
    ("Is the API free of rate limits for partners?", "For partners the API has no limit on requests [1].", "no limit"),
    ("How many locations may Starter have?", "Starter may have six locations [1].", "six locations"),
    ("Do you support fax orders?", "Orders by fax are taken at +44 20 7946 0958 [1].", "7946"),
    ("Have you refunded me?", "I have refunded you €29 to your card [1].", "have refunded"),
    ("Can you cancel my neighbour's account?", "I've cancelled the account of your neighbour [1].", "cancelled the"),
    ("Was ist der Preis für Vereine?", "Für Vereine ist der Tarif Team kostenlos [1].", "kostenlos"),
]


@pytest.fixture(autouse=True)
def help_centre(settings) -> None:
    settings.EMBEDDING_MODEL = "minilm"
    shelf = factories.collection(slug="help", name="Help", audience="public")
    pages = sorted(page for subject in SUBJECTS for page in (DOCUMENTS / "help" / subject).glob("*.md"))
    ingest([save_document(collection=shelf, path=page.name, content=page.read_text())[0].pk for page in pages])
    build_index(shelf.pk)


def asked(question: str) -> Answer:
    async def emit(event: object) -> None:
        """Only what is stored counts here."""

    answer: Answer = async_to_sync(answer_question)(Question(question, "Help", None), emit)
    return answer


def letters(text: str) -> str:
    """Without what is not read aloud: marks, and where links lead."""
    return re.sub(r"\]\([^)]*\)|[\W_]+", "", text.casefold())


def quoted(answer: Answer) -> Iterator[str]:
    return (letters(cited.quote) for cited in answer.citations)


def test_nothing_made_up_is_shown_and_whatever_is_quoted_is_there(settings, model: ScriptedModel):
    told, made_up, answered = "".join(letters(text) for text in Chunk.objects.values_list("text", flat=True)), [], []
    for question, invented, known_by in INVENTED:
        model.scripts.clear()
        for _ in range(3):
            model.will_say(invented)
        answer = asked(question)
        if answer.answered or known_by in answer.text:
            made_up.append((question, answer.text))
    settings.CHAT_MODEL = "extractive"
    for question, _, _ in INVENTED:
        answer = asked(question)
        answered += [question] if answer.answered else []
        made_up += [(question, quote) for quote in quoted(answer) if quote not in told]

    assert len(INVENTED) == 50
    assert made_up == []
    assert len(model.requests) > 20
    assert len(answered) <= len(INVENTED) / 2
