"""Whether a value is only supposed or denied, so that it may come from the question. Pure."""

import re

from chat.grounding.promises import CONDITION
from chat.grounding.questions import PAUSE

DENIES = re.compile(
    r"\b(?:no|not(?! only| just)|never|without|cannot|nicht(?! nur)|nichts|keine?[mnrs]?|nie|ohne|pas(?! seulement)"
    r"|aucune?|jamais|sans|rien|nunca|ning[uú]n[ao]?|sin)\b|n['’]t\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+")
_SUBJECTS = "i you we they it ich du sie wir es je tu vous nous il elle usted ustedes"
SUBJECTS = frozenset(_SUBJECTS.split())
# So few words, and no second subject, stand between an "if" and what it supposes.
REACH = 5
# So much of a sentence is looked at on either side.
NEAR = 200


def is_supposed(sentence: str, at: int, end: int | None = None) -> bool:
    """Whether the clause around what stands from ``at`` to ``end`` affirms nothing of it."""
    end = at if end is None else end
    before = PAUSE.split(sentence[max(0, at - NEAR) : at])[-1]
    behind = PAUSE.split(sentence[end : end + NEAR])[0]
    return DENIES.search(before + behind) is not None or _follows_condition(before)


def _follows_condition(before: str) -> bool:
    conditions = list(CONDITION.finditer(before))
    if not conditions:
        return False
    between = [word.lower() for word in WORD.findall(before, conditions[-1].end())]
    return len(between) <= REACH and sum(word in SUBJECTS for word in between) <= 1
