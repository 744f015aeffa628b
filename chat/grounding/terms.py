"""Terms that are values though no number is in them: for free, unlimited, at half price. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat.grounding.quantities import FREE, Meaning, Value

# Denied, they are what any price says: "not free", "isn't really free", "there is no unlimited plan".
DENIED = (
    r"(?:\bnot(?! only)|n['’]t|\bno|\bnever|\bnicht|\bkeine?[mnrs]?|\bpas)(?:[ \t]{1,3}[^\W\d_]{1,12}){0,2}[ \t]{1,3}$"
)
NEAR = 40


@dataclass(frozen=True)
class Term:
    """``claims`` state it, unless ``unless`` stands before; what ``also`` finds in a source supports it, too."""

    means: frozenset[Meaning]
    offers: Meaning
    claims: re.Pattern[str]
    also: re.Pattern[str]
    unless: re.Pattern[str]

    def said(self, text: str) -> Iterator[re.Match[str]]:
        for match in self.claims.finditer(text):
            if not self.unless.search(text, max(0, match.start() - NEAR), match.start()):
                yield match


def _term(offers: Meaning, claims: str, also: str, unless: str = "", means: Meaning | None = None) -> Term:
    flags = re.IGNORECASE
    return Term(
        frozenset({offers, means or offers}),
        offers,
        re.compile(rf"(?<![\w-])(?:{claims})(?![\w-])", flags),
        re.compile(rf"(?<![\w-])(?:{also})", flags),
        re.compile(f"{DENIED}|{unless}" if unless else DENIED, flags),
    )


_NO_MORE = r"(?:any |extra |additional |further |zusätzlichen? |weiteren? )?"
TERMS = (
    _term(
        FREE,
        r"(?<!are )(?<!['’]re )free to (?:use|download|join|try|install)"
        r"|free(?: of (?:charge|cost))?"
        r"(?! (?:to|up|from|of|text|form|format|space|disk|memory|slots?|time|trial|choice)\b)"
        r"|(?:costs?|pays?|paying|for) (?:you )?nothing|complimentary"
        rf"|(?:at no {_NO_MORE}(?:cost|charge)|no {_NO_MORE}fees?|no (?:extra|additional|further) (?:cost|charge)s?)"
        rf"|without {_NO_MORE}(?:cost|charge|fee)s?"
        rf"|kostenlos\w{{0,2}}|kostenfrei\w{{0,2}}|gebührenfrei\w{{0,2}}|umsonst|kostet (?:\w+ )?nichts"
        rf"|(?:keine|ohne) {_NO_MORE}(?:kosten|gebühr|gebühren|aufpreis)"
        r"|gratis|gratuit(?:e|s|es|ement)?|sans frais|co[uû]te rien"
        r"|gratuit[oa]s?|gratuitamente|sin (?:coste|costo|cargo)s?(?: adicional(?:es)?)?|cuesta nada",
        r"(?:do|does|did)(?:n['’]t| not) (?:pay|cost|charge)|(?:not|never|neither|isn['’]t|aren['’]t) (?:be )?charged?"
        r"|never (?:pay|cost)|anything extra|no (?:charge|cost)|on us\b|included|includes|waived?|inklusive|inbegriffen"
        r"|enthalten|berechnen \w+ nichts|inclus|incluid",
        r"\b(?:feel|feels|feeling|hands|sugar|tax|duty|risk|interest|hassle|error)[ \t]$",
    ),
    _term(("free trial",), r"free trial", r"free|trial|test|probe|essai|prueba|kostenlos|gratis|gratuit"),
    _term(
        ("unlimited",),
        r"unlimited|limitless|(?:no|without)(?: any| upper| fixed)? limits?(?: (?:on|to|for|of))?"
        r"|unbegrenzt\w{0,2}|unlimitiert\w{0,2}"
        r"|(?:keine?|ohne)(?: feste)? (?:limits?|begrenzung|beschränkung|obergrenze)"
        r"|illimitée?s?|sans limites?|ilimitad[oa]s?|sin límites?",
        r"as many\b|as much\b|any number of|no (?:maximum|caps?|restrictions?|upper)|not limited|n['’]t limited"
        r"|never limited|so viele|beliebig|autant|tant[oa]s|cuant[oa]s",
        r"\b(?:mention|state|say|give|name|list|find|found|see|specif)\w{0,4}[ \t]$",
    ),
    _term(
        ("half",),
        r"half[- ]price|half(?: of)? (?:the|its|their|your|that) (?:price|cost|rate)|half off|halbe[nr]? preis"
        r"|moitié (?:prix|du prix)|mitad de(?:l)? precio",
        r"half|hälfte|halb|moitié|mitad",
        means=("%", 50),
    ),
)
# Each claim has one of these words in it, by which a stream is told where to look.
KEYS = re.compile(
    r"free|nothing|nichts|nada|rien|complimentary|cost|charge|fee|kosten|gebühr|umsonst|aufpreis|gratis|gratuit|frais"
    r"|limit|begrenz|beschränk|obergrenze|límit|half|halbe|moitié|mitad|price|preis|prix|precio",
    re.IGNORECASE,
)


def terms(text: str) -> Iterator[Value]:
    for term in TERMS if KEYS.search(text) else ():
        for match in term.said(text):
            yield Value(match.start(), match.end(), term.means, frozenset({term.offers}))


def offered_terms(text: str) -> set[Meaning]:
    return {term.offers for term in TERMS if term.also.search(text) or next(term.said(text), None)}
