"""Sentences that state nothing: greetings, questions back, offers, refusals. No source has to say them. Pure."""

import re

from chat.grounding.questions import PAUSE, is_question, stated
from chat.grounding.wording import FEW, stems

# What may stand before a statement and says nothing itself.
INTERJECTION = re.compile(
    r"^\W*(?:hi|hello|hey|thanks|thank you|sure|of course|certainly|great question|good question|sorry|unfortunately"
    r"|yes|no|ok|okay|hallo|guten tag|danke|gern|natürlich|leider|ja|nein|bonjour|merci|bien sûr|désolée?"
    r"|malheureusement|oui|non|hola|gracias|claro|lo siento|lamentablemente|sí)(?!\w)[\s,.!:–—-]*",
    re.IGNORECASE,
)
# Remarks on what was asked, of which no source has to say anything: refusals, regret, the question put in words.
_ON_QUESTION = {
    "en": (
        r"if i understand|what i (?:can|could)|i(?:['’]m| am) (?:sorry|not sure|afraid|unable)|i apologi[sz]e",
        r"i understand (?:how|this|your|it|that you)",
        r"(?:so )?you(?:['’]re| are)? (?:asked|asking|want(?:ed)? to (?:know|ask)|looking for)",
        r"(?:i|we) (?:could ?n[o’']t|can ?n?[o’']t|do(?: not|n['’]t)|did(?: not|n['’]t)) (?:\w+ )?"
        r"(?:find|see|have|know|access|answer|help|do|say)",
        r"there is no (?:information|mention)",
    ),
    "de": (
        r"ich (?:konnte|kann|habe|finde|sehe|weiß)\b[^,;:]{0,40}?\b(?:nicht|nichts|keine?n?)\b",
        r"es tut mir leid|entschuldig\w*|sie (?:möchten|wollen) wissen",
    ),
    "fr": (r"je (?:n['’]|ne |suis désolée?)|vous (?:souhaitez|voulez) savoir",),
    "es": (r"no (?:encontré|pude|puedo|tengo|he encontrado)|(?:usted )?(?:quiere|desea) saber",),
}
# Invitations, and offers to go on.
_INVITES = {
    "en": (
        r"let me (?:know|check|see)|feel free|happy to|hope (?:this|that)|i hope",
        r"i(?:['’]m| am) (?:here|happy|glad)(?! to (?:say|tell|confirm|report|inform|let))",
        r"please (?:let|tell|share|provide|give)",
        r"i can (?:\w+ )?(?:open|help|hand|connect|look|forward|check|ask)",
    ),
    "de": (r"lassen sie mich|lass mich|melden sie sich|ich hoffe|ich helfe|bitte (?:teilen|nennen|geben|sagen)",),
    "fr": (r"n['’]hésitez|faites-moi|dites-moi|j['’]espère|veuillez (?:me |préciser|indiquer)",),
    "es": (r"avíseme|avísame|no dude|espero que|por favor,? (?:indí|díga|compart)\w*",),
}


def _begins(phrases: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:{'|'.join('|'.join(of_one) for of_one in phrases.values())})", re.IGNORECASE)


ON_QUESTION, INVITES = _begins(_ON_QUESTION), _begins(_INVITES)
# What sources lack is said of them, and they do not say it.
NOT_IN_SOURCES = re.compile(
    r"\b(?:sources?|documentation|documents?|docs|articles?|information)\b(?: \w+){0,3}? ?(?:not|n['’]t)\b"
    r" (?:say|mention|cover|contain|include|state|describe|specify|list|provide|tell|answer)"
    r"|\bnot (?:mentioned|covered|stated|described|included|listed|found|specified) in\b"
    r"|\b(?:unterlagen|dokumentation|quellen)\b.{0,60}\b(?:nicht|keine?n?)\b"
    r"|\bdocumentation\b ne\b|\b(?:documentación|fuentes)\b no\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;]\s*(?:but|however|aber|mais|pero)\b\s*|;\s+|\s[–—]\s", re.IGNORECASE)
# What may stand before a question and states nothing.
BEFORE_QUESTION = re.compile(
    r"\W*(?:to|before|so|just|if|when|once|regarding|concerning|about|or|um|damit|bevor|wenn|falls|bezüglich|oder|pour"
    r"|afin|avant|si|concernant|ou|para|antes|respecto|sobre|o)\b",
    re.IGNORECASE,
)
# What conversations are about, whatever they are about.
_TALK = (
    "account address answer anything assist chat clarify code contact day detail documentation documents email else "
    "error exact find found further great happened happy hear help helps information know look matter message more "
    "name need number numbers order other out person please question reach say see serial some something team tell "
    "ticket trouble antwort anliegen angaben dokumentation finden frage gefunden helfen hilfe information jederzeit "
    "mehr melden nennen nummer weiter weitere wissen dazu leider ihnen aider aide autre besoin commande contacter "
    "documentation informations numéro question savoir sujet trouvé ayudar ayuda correo documentación duda "
    "información más número otra pedido pregunta saber sobre"
)
TALK = stems(_TALK)
# So many words besides a refusal may name what it is about, and so many an invitation; more state something.
MOST_ON_QUESTION, MOST_INVITES = 4, 2
MOST_INTERJECTIONS = 5


def is_remark(sentence: str, question: frozenset[str] = frozenset()) -> bool:
    """A question back, a greeting, an offer, a refusal, and nothing besides.

    The words of the ``question`` may be taken up in a refusal.
    """
    return all(_is_remark(clause, question) for said in _beside_question(sentence) for clause in CLAUSE.split(said))


def _beside_question(sentence: str) -> list[str]:
    """The last clause of what asks without the words or the order of a question is one all the same: "Or €29?" """
    if not is_question(sentence):
        return [sentence]
    clauses = stated(sentence)
    if clauses == PAUSE.split(sentence):
        clauses = clauses[:-1]
    return [clause for clause in clauses if not BEFORE_QUESTION.match(clause)]


def _is_remark(clause: str, question: frozenset[str]) -> bool:
    """Also before what says nothing is taken away, for "no" says nothing, and begins "no encontré"."""
    for _ in range(MOST_INTERJECTIONS):
        if _is_on_question(clause, question) or _invites(clause):
            return True
        interjection = INTERJECTION.match(clause)
        if interjection is None:
            break
        clause = clause[interjection.end() :]
    return len(stems(clause)) < FEW


def _is_on_question(clause: str, question: frozenset[str]) -> bool:
    phrase = ON_QUESTION.match(clause) or NOT_IN_SOURCES.search(clause)
    return phrase is not None and len(_besides(clause, phrase) - question) <= MOST_ON_QUESTION


def _invites(clause: str) -> bool:
    phrase = INVITES.match(clause)
    return phrase is not None and len(_besides(clause, phrase)) <= MOST_INVITES


def _besides(clause: str, phrase: re.Match[str]) -> frozenset[str]:
    return stems(f"{clause[: phrase.start()]} {clause[phrase.end() :]}") - TALK
