import pytest

from chat.grounding.remarks import is_remark
from chat.grounding.wording import stems

ASKED = "My BR-2 reader stopped working after the firmware update and I want to connect it to a Samsung tablet"
REMARKS = [
    "Hello, thanks for your question!",
    "I'm sorry to hear that your reader stopped working after the update.",
    "I understand that your reader stopped working after the firmware update.",
    "I couldn't find anything about connecting the reader to a Samsung tablet in the documentation.",
    "Unfortunately, I don't have any information about your last invoice.",
    "The documentation does not say whether the reader works with a Samsung tablet.",
    "You want to know how to connect your reader to a Samsung tablet.",
    "Let me know if you need help with setting up the reader.",
    "Feel free to reach out if you have any other questions about your account.",
    "I'm happy to help with any other questions about your subscription or refunds.",
    "Please tell me the order number and the email address on your account.",
    "I hope this helps, and have a great day!",
    "I can open a ticket for you.",
    "Es tut mir leid, dass Ihr Lesegerät nicht funktioniert.",
    "Ich habe dazu in der Dokumentation leider nichts gefunden.",
    "Melden Sie sich jederzeit, wenn Sie weitere Fragen haben.",
    "Bitte nennen Sie mir Ihre Bestellnummer.",
    "Je n'ai pas trouvé d'informations à ce sujet dans la documentation.",
    "N'hésitez pas à me contacter si vous avez d'autres questions.",
    "Lo siento, no encontré información sobre eso en la documentación.",
    "No dude en contactarnos si tiene más preguntas.",
]
STATEMENTS = [
    "Feel free to return broken or used readers without any receipt.",
    "Feel free to return readers without a receipt.",
    "I'm happy to say that hardware is free.",
    "Please give used hardware back whenever you like, without any receipt.",
    "I hope this helps because hardware is always free for everybody.",
    "I couldn't find it, hardware always stays free for every customer of ours.",
    "I don't know why, since every customer gets all their money back at once.",
    "Hardware is free for every loyal customer, although the documentation does not say so.",
    "Ich kann Ihnen sagen, dass Hardware für alle Kunden kostenlos ist, nicht nur heute.",
    "N'hésitez pas à rendre le matériel cassé sans ticket ni emballage.",
    "No dude en devolver lectores usados sin recibo.",
]


@pytest.mark.parametrize("sentence", REMARKS)
def test_a_remark_needs_no_source(sentence):
    assert is_remark(sentence, stems(ASKED))


@pytest.mark.parametrize("sentence", STATEMENTS)
def test_a_statement_that_begins_like_one_does(sentence):
    assert not is_remark(sentence, stems(ASKED))
