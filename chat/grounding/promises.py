"""Sentences that claim an act: "I've refunded you", "we will cancel it", "your ticket has been opened". Pure.

A company was held to what its bot had made up (Moffatt v. Air Canada, 2024): what no action did is not told as done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat.grounding.questions import LINK, stated

# By the effect, which is the first word of an action's kind ("open_ticket"): forms that say it was or will be done.
_EFFECTS = {
    "refund": "refund refunded refunding reimburse reimbursed reimbursing erstattet zurückerstattet rückerstattet "
    "erstatten zurückerstatten remboursé remboursée rembourser reembolsado reembolsada reembolsar reembolsé",
    "cancel": "cancel cancelled canceled cancelling canceling storniert stornieren gekündigt kündigen annulé annulée "
    "annuler résilié résiliée résilier cancelado cancelada cancelar cancelé anulado anulada",
    "change": "change changed changing update updated updating upgrade upgraded upgrading downgrade downgraded "
    "downgrading switch switched switching extend extended extending geändert ändern aktualisiert aktualisieren "
    "umgestellt verlängert modifié modifiée modifier changé changée cambiado cambiada cambiar cambié actualizado "
    "actualizada actualizar modificado modificada",
    "send": "send sent sending email emailed emailing mail mailed resend resent ship shipped shipping geschickt "
    "gesendet verschickt schicken senden zugesandt envoyé envoyée envoyer enviado enviada enviar envié",
    "open": "open opened opening create created creating file filed filing submit submitted submitting raise raised "
    "raising eröffnet eröffnen erstellt erstellen angelegt anlegen ouvert ouverte ouvrir créé créée créer abierto "
    "abierta abrir abrí creado creada crear",
    "close": "close closed closing geschlossen schließen fermé fermée fermer cerrado cerrada cerrar cerré",
    "hand": "escalate escalated escalating forward forwarded forwarding transfer transferred transferring notify "
    "notified notifying connect connected connecting weitergeleitet weiterleiten übergeben benachrichtigt verbunden "
    "transmis transmise transmettre transféré transférée escalado transferido transferida transferir notificado",
    "add": "credit credited crediting apply applied applying gutgeschrieben hinzugefügt crédité créditée abonado "
    "aplicado aplicada",
    "delete": "delete deleted deleting remove removed removing erase erased erasing gelöscht löschen entfernt "
    "supprimé supprimée supprimer eliminado eliminada eliminar borrado borrada",
    "reset": "reset resetting unlock unlocked unlocking activate activated activating deactivate deactivated "
    "zurückgesetzt zurücksetzen entsperrt freigeschaltet aktiviert réinitialisé réinitialiser activé restablecido "
    "restablecer activado",
    "book": "book booked booking schedule scheduled scheduling process processed processing issue issued issuing "
    "replace replaced replacing arrange arranged arranging initiate initiated gebucht veranlasst ausgestellt réservé "
    "traité procédé programado procesado",
}
EFFECT_OF = {form: effect for effect, forms in _EFFECTS.items() for form in forms.split()}
FIRST_PERSON_FORMS = frozenset(("reembolsé", "cancelé", "cambié", "envié", "abrí", "cerré"))
IRREGULAR_PAST = frozenset(("sent", "resent", "reset"))

ADVERBS = r"(?:(?:just|now|already|also|successfully|gladly|happily|then|gone|go|ahead|and|immediately)\s+)*"
ENGLISH = re.compile(
    rf"\b(?P<who>i|we)(?P<aux>['’](?:ve|ll|m|re)|\s+(?:have|will|shall|am|are|did))?\s+(?P<going>going\s+to\s+)?{ADVERBS}"
    r"(?P<verb>[a-z]+)",
    re.IGNORECASE,
)
AND_ALSO = re.compile(rf"\b(?:and|,)\s+{ADVERBS}(?P<verb>[a-z]+)", re.IGNORECASE)
OTHERS = re.compile(
    r"\b(?:ich|wir)\s+(?:habe|hab|haben|werde|werden)\b|\b(?:habe|hab|haben|werde|werden)\s+(?:ich|wir)\b"
    r"|\bj['’]ai\b|\bje\s+(?:vais|viens\s+de)\b|\bnous\s+(?:avons|allons|venons\s+de)\b"
    r"|(?<!\bno\s)\b(?:he|hemos)\s+(?=\w+(?:[ai]do|[ai]da|to)\b)"
    r"|\b(?:voy|vamos)\s+a\b|\bacab(?:o|amos)\s+de\b",
    re.IGNORECASE,
)
PASSIVE = re.compile(
    r"\byour\s+(?:[\w-]+\s+){1,4}(?:has|have)\s+(?:now\s+|just\s+|already\s+)?been\b"
    r"|\b(?:ihre?|deine?)\s+(?:[\w-]+\s+){1,4}(?:wurden?|ist|sind)\b|\bvotre\s+(?:[\w-]+\s+){1,4}a\s+été\b"
    r"|\b(?:su|tu)\s+(?:[\w-]+\s+){1,4}ha\s+sido\b",
    re.IGNORECASE,
)
# What was done ends so in the four languages, unlike the rule: "refunds", "annuler", "Kündigung".
DONE_ENDINGS = ("ed", "t", "en", "é", "ée", "do", "da")
# How many words behind them the act may stand.
REACH = 9
# How far from them a condition or a second act may stand, in characters.
CLAUSE = 200
NEGATIONS = frozenset(("nicht", "nichts", "kein", "keine", "keinen", "pas", "rien", "no", "not", "never"))
CONDITION = re.compile(
    r"\b(?:if|once|when|unless|until|whether|as soon as|wenn|sobald|falls|ob|quand|lorsque|si|dès que|cuando)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"")
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Promise:
    """``said`` are its own words. Only what is said of others than the bot may rest on a source."""

    effect: str
    said: str
    by_bot: bool
    is_future: bool


def unkept(sentence: str, done: frozenset[str], sources: str) -> list[Promise]:
    """The acts that ``sentence`` claims, but neither an action of kind ``done`` did nor ``sources`` report."""
    effects = {kind.partition("_")[0] for kind in done}
    reported = sources.lower()
    return [
        promise
        for promise in _promises(", ".join(stated(QUOTED.sub("", sentence), LINK)))
        if promise.effect not in effects and not _is_reported(promise, reported)
    ]


def _is_reported(promise: Promise, sources: str) -> bool:
    if promise.said.lower() in sources:
        return True
    if promise.by_bot:
        return False
    told = (word for word in WORD.findall(sources) if EFFECT_OF.get(word) == promise.effect)
    return any(promise.is_future or word.endswith(DONE_ENDINGS) for word in told)


def _promises(sentence: str) -> Iterator[Promise]:
    for match in ENGLISH.finditer(sentence):
        yield from _english(sentence, match)
    for match in OTHERS.finditer(sentence):
        yield from _behind(sentence, match, by_bot=not re.match(r"wir|nous|hemos|vamos", match[0], re.IGNORECASE))
    for match in PASSIVE.finditer(sentence):
        yield from _behind(sentence, match, by_bot=False)
    for word in WORD.finditer(sentence):
        if word[0].lower() in FIRST_PERSON_FORMS:
            yield Promise(EFFECT_OF[word[0].lower()], word[0], by_bot=True, is_future=False)


def _english(sentence: str, match: re.Match[str]) -> Iterator[Promise]:
    if match["verb"].lower() not in EFFECT_OF:
        return
    aux = (match["aux"] or "").strip(" '’").lower()
    is_future = aux in ("ll", "will", "shall") or bool(match["going"])
    by_bot = match["who"].lower() == "i"
    if _is_conditional(sentence, match) and not (by_bot and not is_future):
        return
    for found in (match, *AND_ALSO.finditer(sentence, match.end(), match.end() + CLAUSE)):
        verb = found["verb"].lower()
        if verb in EFFECT_OF and (is_future or _claims(verb, aux)):
            yield Promise(EFFECT_OF[verb], sentence[match.start() : found.end()], by_bot, is_future)


def _is_conditional(sentence: str, match: re.Match[str]) -> bool:
    return CONDITION.search(sentence, max(0, match.start() - CLAUSE), match.start()) is not None


def _claims(verb: str, aux: str) -> bool:
    """ "We refund" is a rule and "we are open" a state; "we refunded" and "we are opening it" are acts."""
    if aux in ("am", "are", "m", "re"):
        return verb.endswith("ing")
    return verb.endswith("ed") or verb in IRREGULAR_PAST or aux == "did"


def _behind(sentence: str, match: re.Match[str], *, by_bot: bool) -> Iterator[Promise]:
    if _is_conditional(sentence, match):
        return
    for number, word in enumerate(WORD.finditer(sentence, match.end())):
        form = word[0].lower()
        if number > REACH or form in NEGATIONS:
            return
        if form in EFFECT_OF:
            yield Promise(EFFECT_OF[form], sentence[match.start() : word.end()], by_bot, is_future=False)
            return
