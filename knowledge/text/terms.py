"""The words of a text that say what it is about. Pure; for English, and harmless elsewhere."""

import re

from knowledge.text.english import GRAMMATICAL

WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")

# What every support question has, whatever it is about.
EVERYDAY_WORDS = (
    "anyone get gets getting got help like need possible really somehow something tell thing trying use using want "
    "wanted way"
)
STOP_WORDS = GRAMMATICAL | frozenset(EVERYDAY_WORDS.split())
SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e", "y")


def terms(text: str) -> set[str]:
    """The words that carry meaning, cut to a crude stem so that "refunds" meets "refunded"."""
    found = (word.lower() for word in WORD.findall(text))
    return {stem(word) for word in found if word not in STOP_WORDS and len(word) > 1}


def stem(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def coverage(wanted: set[str], text: str) -> float:
    """The share of the question's terms that occur in ``text``, from 0 to 1."""
    return len(wanted & terms(text)) / len(wanted) if wanted else 0.0
