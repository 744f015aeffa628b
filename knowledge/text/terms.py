"""The words of a text that say what it is about. Pure; for English, and harmless elsewhere."""

import re

WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")

# Closed-class English words, and those every support question has: they say nothing about its subject.
COMMON_WORDS = (
    "a about all also am an and any anyone are as at be been being but by can cannot can't could did do does doesn't "
    "doing don't for from get gets getting got had has have having he hello help her here hi him his how i i'd i'll "
    "i'm i've if in into is isn't it it's its just like me my myself need no not now of off on one or our out over "
    "please possible really she should so some something somehow still such tell than thank thanks that that's the "
    "their them then there these they thing this those to too trying up us use using very want wanted was way we "
    "were what what's when where which while who whose why will with without won't would you your yours"
)
STOP_WORDS = frozenset(COMMON_WORDS.split())
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
