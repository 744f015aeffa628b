"""The plans a sentence speaks of: those that are known, and what is written as if it were one. Pure."""

import re

from chat.grounding.vocabulary import PLAN_WORDS
from chat.grounding.wording import SAYS_NOTHING

_PLAN = "|".join(sorted(PLAN_WORDS))
_CAPITAL = "[A-ZÄÖÜÉÈÁÍÓÚ]"
_NAME = rf"[*_“\"]{{0,3}}(?P<name>{_CAPITAL}[\w+]*(?: {_CAPITAL}[\w+]*){{0,2}})[*_”\"]{{0,3}}"
# "the Gold plan", "plan Gold", "der Tarif Gold", "le forfait Gold".
NAMED = (
    re.compile(rf"\b{_NAME}[ -](?i:{_PLAN})\b"),
    re.compile(rf"\b(?i:{_PLAN})[ -]{_NAME}(?!\w)"),
)
# Which plan the customer has: there the capital alone makes it one. "You are on Gold", "your plan is Gold".
OWN = re.compile(
    r"\b(?i:(?:you(?:['’]re| are)(?: currently| now)? on"
    rf"|(?:your|ihr|votre|su)(?: current)? (?:{_PLAN}) (?:is|ist|est|es)"
    rf"|(?:sie (?:sind|nutzen|haben)|vous (?:êtes|avez)|(?:está|tiene))(?: \w{{1,8}}){{0,3}} (?:{_PLAN}))"
    rf"(?: (?:the|der|die|das|le|la|el))?) {_NAME}"
)


def own_plan(sentence: str) -> re.Match[str] | None:
    return OWN.search(sentence)


def plans_named(sentence: str, known: frozenset[str]) -> frozenset[str]:
    """A word that begins the sentence is no name for its capital, unless it is known; one without is a word."""
    found = {name for name in known if name != name.lower() and name in sentence and places(name, sentence)}
    for pattern in (*NAMED, OWN):
        for match in pattern.finditer(sentence):
            words = match["name"].split()
            while words and (words[0].lower() in SAYS_NOTHING or words[0].lower() in PLAN_WORDS):
                words = words[1:]
            if words and (match.start("name") > 0 or len(words) < len(match["name"].split())):
                found.add(" ".join(words))
    return frozenset(found)


def places(name: str, sentence: str, flags: re.RegexFlag = re.NOFLAG) -> list[int]:
    """Where it stands."""
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence, flags)]


def is_named(name: str, text: str, sentence: str) -> bool:
    """Whether ``text`` has it, too. "Business" is not in "business days", unless its capital may have other reasons:
    it begins the sentence, or stands in a title as "Support Team".
    """
    begins = sentence.lstrip(' *_“"').startswith(name)
    titled = re.search(rf"\w \W*{_CAPITAL}\w* {re.escape(name)}(?!\w)", sentence)
    return bool(places(name, text, re.IGNORECASE if begins or titled else re.NOFLAG))
