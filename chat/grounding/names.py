"""The plans a sentence speaks of: those that are known, and what is written as if it were one. Pure."""

import re

from chat.grounding.vocabulary import PLAN_WORDS
from chat.grounding.wording import SAYS_NOTHING

_PLAN = "|".join(sorted(PLAN_WORDS))
_NAME = r"[*_“\"]{0,3}(?P<name>[A-ZÄÖÜÉÈÁÍÓÚ][\w+]*(?: [A-ZÄÖÜÉÈÁÍÓÚ][\w+]*){0,2})[*_”\"]{0,3}"
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
    """A word that begins the sentence is no name for its capital, unless it is known."""
    found = {name for name in known if name in sentence and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)}
    for pattern in (*NAMED, OWN):
        for match in pattern.finditer(sentence):
            words = match["name"].split()
            while words and (words[0].lower() in SAYS_NOTHING or words[0].lower() in PLAN_WORDS):
                words = words[1:]
            if words and (match.start("name") > 0 or len(words) < len(match["name"].split())):
                found.add(" ".join(words))
    return frozenset(found)


def is_named(name: str, text: str, sentence: str) -> bool:
    """Whether ``text`` has it, too. "Business" is not in "business days", unless it begins its sentence."""
    begins = sentence.lstrip(' *_“"').startswith(name)
    flags = re.IGNORECASE if begins else re.NOFLAG
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags) is not None
