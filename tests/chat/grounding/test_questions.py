import pytest

from chat.grounding.remarks import is_remark

ASKS = [
    "Which order do you mean?",
    "Anything else I can help with?",
    "The BR-2, the BR-3, or another one?",
    "Do you mean a refund to your card, or to your balance?",
    "To find your order, could you tell me its number?",
    "Sorry, which reader do you have, and what does its display show?",
    "Is the light green because the reader is charging?",
    "Meinen Sie die Erstattung auf Ihre Karte, oder auf Ihr Guthaben?",
    "Quelle commande cherchez-vous, celle de mars ?",
    "Para ayudarle mejor, ¿qué lector tiene usted?",
]
STATES = [
    "Hardware is always free for everybody, is there anything else?",
    "Hardware is always free for everybody, right?",
    "Can I help with anything else, since hardware is always free for everybody?",
    "Unsere Geräte sind immer kostenlos, kann ich sonst noch helfen?",
    "Le matériel est toujours gratuit, puis-je vous aider ?",
    "El material siempre sale gratis, ¿algo más?",
]


@pytest.mark.parametrize("sentence", ASKS)
def test_what_asks_needs_no_source(sentence):
    assert is_remark(sentence)


@pytest.mark.parametrize("sentence", STATES)
def test_a_question_mark_makes_no_question_of_what_stands_before_it(sentence):
    assert not is_remark(sentence)
