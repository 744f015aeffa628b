from time import process_time

import pytest

from chat.grounding import ValueGate, checked, without

SOURCES = {
    1: "Refunds. A refund takes 5 to 10 business days to reach the card you paid with. To ask for one, open "
    "Settings → Billing → Invoices and choose Request refund. The Team plan costs €29.00 per month.",
    2: "Your order O-1001 of 12 March 2026 was cancelled.",
    3: "Eine Erstattung dauert bei uns 5 bis 10 Werktage, und sie geht immer auf die Karte, mit der Sie bezahlt haben.",
    5: "The Team plan has five seats. Feel free to write to us.",
    4: "| | Team | Business |\n|---|---|---|\n| Payouts (business days) | 2 | 1 |\n| Price | €29 | €79 |",
}
SUPPORTED = [
    "Refunds reach your card within 5–10 business days [1].",
    "Team is 29 euros per month [1].",
    "Your order O-1001 was cancelled on 2026-03-12 [2].",
    "It was cancelled on March 12 [2]. Refunds take 5 to 10 days [1].",
    "Hello! You asked how long a refund takes. A refund takes 5 to 10 business days [1]. Let me know if you need more!",
    "You ask for a refund like this [1]:\n\n1. Open **Settings → Billing**.\n2. Choose *Request refund*.",
    "Eine Erstattung braucht 5 bis 10 Werktage, bis das Geld bei Ihnen ist [1].",
    "Refunds take ten business days at most, so please be patient with the bank [3].",
    "Payouts take 2 business days on Team [4].",
    "I couldn't find anything about that in the documentation.",
    "Which order do you mean?",
    "Yes. Refunds go to your card [1].",
    "## Refunds\n\nA refund takes 5 to 10 business days [1].\n\nSources: [1]",
    "> We refunded it: a refund takes 5 to 10 business days to reach the card you paid with [1]",
    "The Team plan has five seats [5].",
    "There are two ways to ask for a refund [1]. Both reach your card.",
    "Two plans have payouts [4]:\n\n- Team\n- Business",
    "There are two plans with payouts: Team and Business [4].",
    "You have two sources, your order and its refund [1][2].",
    "The Team plan isn't free: it costs €29 per month [1].",
    "Feel free to ask.",
]
UNSUPPORTED = [
    ("A refund takes 3 business days [1].", "value"),
    ("It costs €39 [1].", "value"),
    ("Your order was cancelled on 13 March [2].", "value"),
    ("A refund takes 5 to 10 business days [2].", "value"),
    ("Refunds take 5 to 10 business days [9].", "value"),
    ("Sie bekommen das Geld in 3 Tagen [1].", "value"),
    ("Run `refund --now` to be paid on your card [1].", "value"),
    ("Write to refunds@evil.example for your card [1].", "value"),
    ("Refunds on the Platinum plan reach your card [1].", "name"),
    ("Refunds on Business reach your card [1].", "name"),
    ("Loyal members receive vouchers for partner hotels [1].", "overlap"),
    ("Loyal members receive vouchers for partner hotels.", "uncited"),
    ("Sure, loyal members receive vouchers for partner hotels.", "uncited"),
    ("I couldn't find that, but loyal members receive vouchers.", "uncited"),
    ("Treue Mitglieder bekommen Gutscheine für Hotels.", "uncited"),
    ("I have refunded your order to your card [1].", "promise"),
    ("The Team plan costs €29 per year [1].", "value"),
    ("The Team plan is free [1].", "value"),
    ("The Team plan costs nothing per month [1].", "value"),
    ("The Team plan costs half the price per month [1].", "value"),
    ("The Team plan has six seats [5].", "value"),
    ("The Team plan has a dozen seats [5].", "value"),
    ("The Team plan has unlimited seats [5].", "value"),
    ("There is no limit on seats of the Team plan [5].", "value"),
    ("Der Team-Tarif ist kostenlos [1].", "value"),
]


@pytest.mark.parametrize("answer", SUPPORTED)
def test_what_the_sources_say_may_be_said(answer):
    assert checked(answer, SOURCES, names=frozenset({"Team", "Business"})) == []


@pytest.mark.parametrize(("answer", "kind"), UNSUPPORTED)
def test_what_they_do_not_say_is_found(answer, kind):
    findings = checked(answer, SOURCES, names=frozenset({"Team", "Business"}))

    assert [finding.kind for finding in findings] == [kind]
    assert findings[0].sentence.text == answer


HONEST = {
    1: "Each Team workspace comes with five seats. We do not charge for guests, who may read as many boards as they "
    "like. You pay €29.00 per month, or €290.00 per year. A trial lasts 14 days. Export a board as PDF or as CSV in "
    "Settings. Every fifth seat is free. After two failed payments the workspace is locked for a week.",
}


@pytest.mark.parametrize(
    "said",
    [
        "You can export a board in two ways: as PDF or as CSV [1].",
        "Guests are free of charge and may read unlimited boards [1].",
        "The Team workspace has a free trial of two weeks [1].",
        "It costs €29 a month or €290 a year; both are for the Team workspace [1].",
        "There are two prices: €29.00 monthly and €290.00 yearly [1].",
        "One of the two seats of the workspace may be a guest's, who is free [1].",
        "Once two payments failed, the workspace is locked for seven days [1].",
        "Guests need no seat, and there are no extra fees for the guests [1].",
        "To export a board takes two steps [1]:\n\n1. Open Settings.\n2. Export the board as CSV.",
        "It is not free: the Team workspace is €29.00 per month [1].",
        "You are free to export a board as PDF [1].",
    ],
)
def test_the_same_in_other_words_may_be_said(said):
    assert checked(said, HONEST) == []


@pytest.mark.parametrize(
    "said", ["Team is free [1].", "There is no limit on seats of Team [5].", "Team has six seats [5]."]
)
def test_nor_what_the_question_would_like_to_hear(said):
    asked = "Is Team free, without a limit on seats, or has it six seats?"

    assert [finding.kind for finding in checked(said, SOURCES, question=asked)] == ["value"]


ASKED = "Do I get a $500 discount on the Team plan, and a refund to my card after 90 days?"


@pytest.mark.parametrize(
    "repeats",
    [
        "After 90 days no refund reaches your card [1].",
        "There is no $500 discount on the Team plan, which costs €29 per month [1].",
        "If you paid $500, a refund takes 5 to 10 business days to reach your card [1].",
        "Nach 90 Tagen geht keine Erstattung mehr auf Ihre Karte, mit der Sie bezahlt haben [3].",
        "You asked about a $500 discount. Team is 29 euros per month [1].",
        "Did you pay $500?",
        "As of 26 November, a refund takes 5 to 10 business days [1].",
    ],
)
def test_values_of_the_question_may_be_repeated(repeats):
    assert checked(repeats, SOURCES, question=ASKED, today="Thursday, 26 November 2026") == []


@pytest.mark.parametrize(
    "affirms",
    [
        "You get a $500 discount on the Team plan [1].",
        "If you choose the Team plan you get a $500 discount per month [1].",
        "No, refunds take 5 days, but the Team plan has a $500 discount [1].",
        "After 90 days a refund reaches your card [1].",
        "Yes, after 90 days a refund reaches your card [1].",
        "Yes. After 90 days refunds reach your card [1].",
    ],
)
def test_but_not_affirmed(affirms):
    findings = checked(affirms, SOURCES, question=ASKED, today="Thursday, 26 November 2026")

    assert [finding.kind for finding in findings] == ["value"]


ABOUT_GOLD = "How much is the Gold plan per month, and can I use Silver?"


@pytest.mark.parametrize(
    "said",
    [
        "There is no Gold plan; Team costs €29 per month [1].",
        "I couldn't find anything about the Gold plan.",
        "You asked about the Gold plan. The Team plan costs €29 per month [1].",
        "Do you mean the Gold plan or Team?",
        "The prices do not mention Gold, but the Team plan costs €29 per month [1].",
        "If you mean the Gold plan, a refund takes 5 to 10 business days to reach your card [1].",
        "Ask the Support Team if a refund takes more than 10 business days to reach the card [6].",
    ],
)
def test_a_plan_of_the_question_may_be_supposed_and_denied(said):
    sources = SOURCES | {6: "If a refund takes more than 10 business days to reach the card, ask our support team."}

    assert checked(said, sources, question=ABOUT_GOLD, names=frozenset({"Team", "Gold"})) == []


@pytest.mark.parametrize(
    "said",
    [
        "The Gold plan costs 29 euros per month [1].",
        "Gold costs 29 euros per month [1].",
        "Yes, the Gold plan costs €29.00 per month [1].",
        "There is no discount, but Gold costs €29.00 per month [1].",
        "The price of the Gold plan per month:\n\n- €29.00 [1]",
        "You pay €29.00 per month for Silver [1].",
        "Acme Gold costs 29 euros per month [1].",
    ],
)
def test_but_not_affirmed_of_what_a_source_says_of_another(said):
    findings = checked(said, SOURCES, question=ABOUT_GOLD, names=frozenset({"Team", "Gold", "Silver"}))

    assert [finding.kind for finding in findings] == ["name"]


def test_a_name_without_a_capital_is_a_word_unless_a_plan_is_said_to_have_it():
    assert checked("Refunds are paid to a basic card [1].", SOURCES, names=frozenset({"basic"})) == []


OWN = "Your subscription. Your plan is Team at €29 per month."


@pytest.mark.parametrize(
    "said",
    [
        "You are on Team [7].",
        "You're on the Team plan at €29 per month [7].",
        "Your plan is **Team** [7].",
        "Sie nutzen den Tarif Team, und der kostet für Sie €29 im Monat [7].",
        "If you are on Business, the price is €79 [4].",
        "Are you on Team?",
        "You are not on Business.",
    ],
)
def test_which_plan_the_customer_has_their_record_says(said):
    assert checked(said, SOURCES | {7: OWN}, question="Am I on Gold?", record=frozenset({7})) == []


@pytest.mark.parametrize(
    "said",
    [
        "You are on Gold.",
        "You are on Gold [7].",
        "You are on Business [4].",
        "You’re currently on the Business plan, at €79 [4].",
        "Your plan is Gold, right?",
        "Ihr Tarif ist Gold [7].",
        "Sie sind im Tarif Gold [7].",
        "Vous avez le forfait Gold [7].",
        "Su plan es Gold [7].",
    ],
)
def test_and_neither_the_question_nor_a_page(said):
    findings = checked(said, SOURCES | {7: OWN}, question="Am I on Gold?", record=frozenset({7}))

    assert [finding.kind for finding in findings] == ["name"]


def test_an_action_that_ran_may_be_told():
    text = "I've opened a ticket for you, and a person will reply."

    assert [finding.kind for finding in checked(text, SOURCES)] == ["promise"]
    assert "promise" not in {finding.kind for finding in checked(text, SOURCES, done=frozenset({"open_ticket"}))}


def test_a_long_answer_with_many_sources_is_checked_in_milliseconds():
    answer = "\n\n".join(["Refunds reach your card within 5–10 business days [1]. Team costs €29 per month [1]."] * 20)
    sources = dict.fromkeys(range(1, 13), " ".join([SOURCES[1]] * 5))

    def spent() -> float:
        started = process_time()
        assert checked(answer, sources) == []
        return process_time() - started

    assert min(spent() for _ in range(5)) < 0.05


@pytest.mark.parametrize(
    "piece", [". ", "A. ", "I cancelled ", "5 ", "+1 ", "a-", "|a\n", "[1", "12 March ", "evil.com/"]
)
def test_a_hostile_answer_is_checked_before_anybody_notices(piece):
    text = piece * (20_000 // len(piece))
    started = process_time()

    without(text, checked(text, {1: text}))
    ValueGate([]).feed(text)

    assert process_time() - started < 3
