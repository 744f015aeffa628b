"""Sentences that say of an offer that it was made, what to press, and who will take care of it. Pure."""

import re

from chat.grounding.promises import CONDITION
from chat.grounding.remarks import is_remark
from chat.grounding.wording import stems

_WORDS = {
    "en": "offer offered propose proposed proposal prepare prepared draft drafted click press tap button below confirm "
    "confirmation approve accept ticket request person human someone somebody agent colleague team support staff "
    "look reply talk speak message conversation",
    "de": "angeboten vorgeschlagen vorbereitet vorbereiten klicken klick drücken tippen knopf schaltfläche unten "
    "bestätigen bestätigung ticket anfrage mensch menschen mitarbeiter kollege kollegin team jemand person antwortet "
    "kümmert meldet sprechen nachricht unterhaltung",
    "fr": "propose proposé préparé cliquez cliquer appuyez bouton dessous confirmer confirmez confirmation ticket "
    "demande personne humain agent collègue équipe quelqu répondra occupera parler message conversation",
    "es": "propongo propuesto ofrecido preparado clic pulse pulsar botón abajo confirmar confirme confirmación ticket "
    "solicitud persona humano agente compañero equipo alguien responderá encargará hablar mensaje conversación",
}
OF_OFFERS = stems(" ".join(_WORDS.values()))
# Neither for nor against it.
BESIDE = stems("ve ll our here there soon saying hier unserem sobald ici notre aquí nuestro")
CLAUSE = re.compile(r"(?:[,:;]|\s[–—-])\s+")


def is_about_offer(sentence: str, by_customer: str) -> bool:
    """Whether each of its clauses is. What stands beside such words may only be ``by_customer``: the model's own
    words for the ticket it proposes support nothing.
    """
    known = stems(by_customer) | BESIDE
    return all(_is_about_offer(clause, known) for clause in CLAUSE.split(sentence))


def _is_about_offer(clause: str, known: frozenset[str]) -> bool:
    if is_remark(clause, known) or CONDITION.match(clause.lstrip()):
        return True
    said = stems(clause)
    return len(said & OF_OFFERS) > len(said - OF_OFFERS - known)
