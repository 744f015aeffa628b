import pytest

from chat.grounding.promises import unkept

CLAIMS = [
    "I've refunded you.",
    "I have now cancelled your subscription.",
    "We sent you an e-mail.",
    "Your ticket has been opened.",
    "I will refund the amount.",
    "I'll go ahead and cancel your plan.",
    "I am processing your refund now.",
    "I've also gone ahead and issued a refund.",
    "I'm going to open a ticket for you.",
    "I've checked, and I have updated your address.",
    "Ich habe Ihre Bestellung storniert.",
    "Ich werde Ihnen den Betrag erstatten.",
    "Gern habe ich Ihnen eine E-Mail geschickt.",
    "Ihr Ticket wurde eröffnet.",
    "J’ai annulé votre commande.",
    "Je vais rembourser le montant.",
    "Votre abonnement a été résilié.",
    "He cancelado su suscripción.",
    "Voy a reembolsar el importe.",
    "Ya cancelé tu pedido.",
    "I've refunded your last payment, is there anything else I can help with?",
    "Is there anything else now that I've refunded your last payment?",
    "Did you know that I have cancelled your order?",
    "Your ticket has been opened, may I help with anything else?",
    "Ich habe Ihre Zahlung erstattet, kann ich sonst noch helfen?",
    "J’ai remboursé votre paiement, puis-je vous aider pour autre chose ?",
    "He cancelado su pedido, ¿puedo ayudarle en algo más?",
]
NO_CLAIMS = [
    "You can cancel at any time.",
    "Refunds are sent within 5 days.",
    "We refund duplicate charges.",
    "We are open on Sundays.",
    "I can open a ticket for you.",
    "Would you like me to open a ticket?",
    "If you like, I'll open a ticket.",
    "I haven't cancelled your order.",
    "I have not refunded anything.",
    "Once we have refunded you, it takes 5 days.",
    "Ines wrote: “We refunded the second charge.”",
    "Ich habe nichts storniert.",
    "Sie können jederzeit kündigen.",
    "Je n’ai pas annulé votre commande.",
    "No he cancelado su pedido.",
    "Have I refunded the right payment?",
    "Do you mean your order has been cancelled?",
    "Shall I tell you whether your order has been cancelled?",
    "Habe ich die richtige Bestellung storniert?",
    "Ai-je annulé la bonne commande ?",
    "¿He cancelado el pedido correcto?",
]


@pytest.mark.parametrize("sentence", CLAIMS)
def test_an_act_nobody_did_is_found(sentence):
    assert unkept(sentence, frozenset(), "Refunds take 5 days. You may cancel an order. Write us an e-mail.")


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_what_claims_no_act_passes(sentence):
    assert unkept(sentence, frozenset(), "") == []


def test_an_act_that_ran_may_be_told_and_no_other():
    opened = frozenset({"open_ticket"})

    assert unkept("I've opened a ticket for you.", opened, "") == []
    assert unkept("Ich habe ein Ticket für Sie eröffnet.", opened, "") == []
    assert [one.effect for one in unkept("I've opened a ticket and cancelled your plan.", opened, "")] == ["cancel"]


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Your order has been cancelled [1].", "Order O-1 was cancelled."),
        ("We refunded the second charge [1].", "Ines: We refunded the second charge."),
        ("We will refund the difference [1].", "We refund the difference."),
    ],
)
def test_what_a_source_reports_may_be_repeated(sentence, source):
    assert unkept(sentence, frozenset(), source) == []


def test_the_bot_itself_did_nothing_that_a_source_reports():
    assert unkept("I have cancelled your order [1].", frozenset(), "Order O-1 was cancelled.")
