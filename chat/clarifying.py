"""Asking back, once, when a question could be about anything. Pure."""

import re

from chat.phrases import phrase
from chat.records import Question
from chat.remarks import unread
from knowledge.text.terms import STOP_WORDS

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Beside the words that say nothing about any subject, those that say only that something is wrong.
TROUBLE = (
    "again always anymore anything bad break breaks broke broken bug bugs crash error errors even ever fail failed "
    "failing fails fault fix fixed give happen happened happening happens issue issues keep keeps look lot make never "
    "nothing pls problem problems question questions same say says sometimes stopped stuck stuff sure today tried try "
    "trouble wants weird well went work worked working works wrong yes yesterday yet"
)
SAYS_NOTHING = STOP_WORDS | set(TROUBLE.split())
# With no more words than this a question that found nothing may mean anything near it.
FEW_WORDS = 2


def says_nothing(text: str) -> bool:
    """ "It doesn't work", "I have a problem": words, but none that could be searched for. Numbers can be."""
    words = content_words(text)
    return not words and bool(WORD.search(text))


def content_words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.lower().replace("’", "'")) if word not in SAYS_NOTHING]


def asked_back(question: Question) -> bool:
    """Whether the last thing we said was a question of our own: nobody is asked twice in a row."""
    answers = [turn for turn in question.history if turn.role == "bot"]
    return bool(answers) and answers[-1].asks


def for_more(question: Question) -> str:
    """The question back when there is nothing to search for and nothing before it that it could be about."""
    if question.history or not says_nothing(question.text):
        return ""
    return unread(question) + phrase("more", question.language)


def which_one(question: Question, near: tuple[str, ...]) -> str:
    """The question back when a few words found no answer, but pages ``near`` it."""
    if not near or asked_back(question) or len(content_words(question.text)) > FEW_WORDS:
        return ""
    return phrase("which", question.language)
