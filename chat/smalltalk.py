"""Greetings and thanks get a short human reply: no search, no refusal, no sources. Pure."""

import re

from chat.records import Question

REPLIES = (
    (
        r"(hi|hello|hey|hiya|good (morning|afternoon|evening|day))( (there|all|team|everyone))?",
        "Hello! What can I help you with?",
    ),
    (
        r"(ok(ay)?[ ,]+)?(thanks|thank you|thx|cheers|ty)( (a lot|so much|very much|again|for (the|your) help))?",
        "You're welcome. Is there anything else I can help with?",
    ),
    (
        r"(are you|am i (talking|speaking|chatting) (to|with)) "
        r"(an? )?(real )?(bot|robot|human|person|ai)( or (an? )?\w+)?",
        "I'm {widget}'s automatic assistant. I answer from the documentation and your account, and I can "
        "bring in a person whenever you like.",
    ),
    (r"(bye|goodbye|see you|have a (nice|good) (day|evening))", "Goodbye! Come back any time."),
)
PATTERNS = [(re.compile(pattern), text) for pattern, text in REPLIES]


def reply(question: Question) -> str:
    """The reply when the whole message is small talk, else nothing: a greeting before a question is no reason."""
    said = re.sub(r"[^\w\s',]+", "", question.text.lower()).strip(" ,")
    for pattern, text in PATTERNS:
        if pattern.fullmatch(said):
            return text.format(widget=question.widget_name)
    return ""
