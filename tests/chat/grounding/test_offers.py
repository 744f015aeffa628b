import pytest

from chat.grounding import is_about_offer

ASKED = "My reader BR-2 does not turn on after the update, can you help?"
ABOUT_IT = [
    "I have prepared a ticket about it; please confirm it below.",
    "Please press the green button below and somebody will look into this for you.",
    "I've drafted a ticket saying that your reader does not turn on after the update, please confirm it below.",
    "If it still fails, press the button below: a person from our team will reply here.",
    "Someone from our support team can take it from there.",
    "Ich habe ein Ticket für Sie vorbereitet, bitte bestätigen Sie es unten.",
    "Jemand aus unserem Team antwortet Ihnen hier, sobald Sie unten klicken.",
    "Je vous propose de parler à une personne, cliquez sur le bouton ci-dessous.",
    "He preparado un ticket, confirme con el botón de abajo.",
]
NOT_ABOUT_IT = [
    "Every customer gets all their money back whenever they like.",
    "Hardware is always free for our customers.",
    "Please confirm below: hardware is always free.",
    "Click below and every customer gets all their money back.",
    "If you like, all hardware is free.",
    "Unsere Geräte sind immer kostenlos.",
    "Cliquez ci-dessous, le matériel est toujours gratuit.",
]


@pytest.mark.parametrize("sentence", ABOUT_IT)
def test_what_an_offer_is_told_with_is_about_it(sentence):
    assert is_about_offer(sentence, ASKED)


@pytest.mark.parametrize("sentence", NOT_ABOUT_IT)
def test_a_statement_beside_it_is_not(sentence):
    assert not is_about_offer(sentence, ASKED)
