"""The words of a text: those that carry meaning, the language they are in, and what kind of remark they make. Pure."""

import re

from chat.grounding.questions import PAUSE, is_question, stated

# The commonest words of each language that the others do not have.
STOP_WORDS = {
    "en": "the and to of is you your in for that it with on are be this not can or have from will as by we at if an "
    "do does when how what which there then than they their its was were has had would should could about into",
    "de": "der die das und ist nicht sie ihr ihre ihren ihrem mit für auf den dem des ein eine einen einem einer zu "
    "von im am als auch wird werden kann können wir ich es sich bei oder wenn dass aus nach über haben hat sind noch",
    "fr": "le la les et est vous votre vos des du une pour dans que qui sur pas avec ce cette ou par au aux sont "
    "plus nous je il elle être avoir peut pouvez dans si mais ne se sa son ses leur à de un en",
    "es": "el la los las y es usted su sus del una para en que con por no se lo al o como más puede pueden si pero "
    "este esta son ha han hay cuando sobre también tu te yo nos le un de a",
}
LANGUAGE_WORDS = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
FILLERS = "a i me my so any all also get just like need please thank thanks yes no ja nein oui non sí up out only more"
SAYS_NOTHING = frozenset(FILLERS.split()).union(*LANGUAGE_WORDS.values())
WORD = re.compile(r"[^\W\d_]+")
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# Enough of an inflected word to know it again: refund, refunds, refunded.
STEM = 5
# A text with fewer words is too short to tell its language.
FEW_WORDS = 6
# The share of a language's commonest words in a text in that language: two in five. In another one: one in twenty.
LANGUAGE_SHARE = 0.12

# What may stand before a statement and says nothing itself.
INTERJECTION = re.compile(
    r"^\W*(?:hi|hello|hey|thanks|thank you|sure|of course|certainly|great question|good question|sorry|unfortunately"
    r"|yes|no|ok|okay|hallo|guten tag|danke|gern|natürlich|leider|ja|nein|bonjour|merci|bien sûr|désolée?"
    r"|malheureusement|oui|non|hola|gracias|claro|lo siento|lamentablemente|sí)(?!\w)[\s,.!:–—-]*",
    re.IGNORECASE,
)
# Remarks on the conversation, of which no source has to say anything: offers, refusals, the question put in words.
_REMARKS = {
    "en": (
        r"let me (?:know|check|see)|feel free|happy to|hope (?:this|that)|if i understand|what i (?:can|could)",
        r"i(?:['’]m| am) (?:here|happy|glad|sorry|not sure|afraid|unable)|i (?:hope|apologi[sz]e)",
        r"i understand (?:how|this|your|it|that you)|please (?:let|tell|share|provide|give)",
        r"(?:so )?you(?:['’]re| are)? (?:asked|asking|want(?:ed)? to (?:know|ask)|looking for)",
        r"(?:i|we) (?:could ?n[o’']t|can ?n?[o’']t|do(?: not|n['’]t)|did(?: not|n['’]t)) (?:\w+ )?"
        r"(?:find|see|have|know|access|answer|help|do|say)",
        r"i can (?:\w+ )?(?:open|help|hand|connect|look|forward|check|ask)",
        r"there is no (?:information|mention)",
    ),
    "de": (
        r"ich (?:konnte|kann|habe|finde|sehe|weiß)\b.*\b(?:nicht|nichts|keine?n?)",
        r"es tut mir leid|entschuldig|lassen sie mich|lass mich|melden sie sich|ich hoffe|ich helfe",
        r"bitte (?:teilen|nennen|geben|sagen)|sie (?:möchten|wollen) wissen",
    ),
    "fr": (
        r"je (?:n['’]|ne |suis désolé)|n['’]hésitez|faites-moi|dites-moi|j['’]espère",
        r"veuillez (?:me |préciser|indiquer)|vous (?:souhaitez|voulez) savoir",
    ),
    "es": (
        r"no (?:encontré|pude|puedo|tengo|he encontrado)|avíseme|avísame|no dude|espero que",
        r"por favor,? (?:indí|díga|compart)|(?:usted )?(?:quiere|desea) saber",
    ),
}
REMARK = re.compile(rf"^\W*(?:{'|'.join('|'.join(phrases) for phrases in _REMARKS.values())})", re.IGNORECASE)
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
# With fewer words that mean something a clause says too little to be checked: "Yes.", "That works."
FEW = 2
AFFIRMS = re.compile(
    r"^\W*(?:yes|yep|sure|correct|right|exactly|absolutely|of course|ja|genau|richtig|natürlich|oui|exact|bien sûr|sí"
    r"|correcto|claro)(?!\w)",
    re.IGNORECASE,
)


def language(text: str) -> str | None:
    """One of the four, "cjk", "" if it is another one, None if the text is too short to tell."""
    if WITHOUT_SPACES.search(text):
        return "cjk"
    said = [word.lower() for word in WORD.findall(text)]
    if len(said) < FEW_WORDS:
        return None
    counts = {name: sum(word in common for word in said) for name, common in LANGUAGE_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= LANGUAGE_SHARE * len(said) else ""


def stems(text: str) -> frozenset[str]:
    """What its words are about. Of scripts without spaces, each two neighbours."""
    said = {word.lower() for word in WORD.findall(text)}
    found = {word[:STEM] for word in said - SAYS_NOTHING if len(word) > 1}
    for run in WITHOUT_SPACES.findall(text):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
    return frozenset(found)


def is_remark(sentence: str) -> bool:
    """A question back, a greeting, an offer, a refusal, and nothing besides."""
    return all(_is_remark(clause) for said in _beside_question(sentence) for clause in CLAUSE.split(said))


def _beside_question(sentence: str) -> list[str]:
    """The last clause of what asks without the words or the order of a question is one all the same: "Or €29?" """
    if not is_question(sentence):
        return [sentence]
    clauses = stated(sentence)
    if clauses == PAUSE.split(sentence):
        clauses = clauses[:-1]
    return [clause for clause in clauses if not BEFORE_QUESTION.match(clause)]


def _is_remark(clause: str) -> bool:
    while interjection := INTERJECTION.match(clause):
        clause = clause[interjection.end() :]
    return len(stems(clause)) < FEW or bool(REMARK.match(clause) or NOT_IN_SOURCES.search(clause))
