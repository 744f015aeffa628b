"""Greetings and thanks get a short human reply: no search, no refusal, no sources. Pure."""

import re

from chat.records import Question

REPLIES = (
    (
        r"(hi|hello|hey|hiya|good (morning|afternoon|evening|day))( (there|all|team|everyone))?",
        "Hello! What can I help you with?",
    ),
    (
        r"((ok(ay)?|great|perfect) )?(thanks|thank you|thx|cheers|ty)"
        r"( (a lot|so much|very much|again|for (the|your) help))?( (bye|goodbye))?|ok(ay)?|great|perfect|got it",
        "You're welcome. Is there anything else I can help with?",
    ),
    (
        r"(are you|am i (talking|speaking|chatting) (to|with)) "
        r"(an? )?(real )?(bot|robot|human|person|ai)( or (an? )?\w+)?|who are you|what (can|do) you do|what are you",
        "I'm {widget}'s automatic assistant. I answer from the documentation and your account, and I can "
        "bring in a person whenever you like.",
    ),
    (r"(bye|goodbye|see you|have a (nice|good) (day|evening))", "Goodbye! Come back any time."),
)
PATTERNS = [(re.compile(pattern), text) for pattern, text in REPLIES]

PERSON = re.compile(
    r"(can|could|may) i (please )?(talk|speak|chat) (to|with) (a|an|some) ?\w* ?(person|human|agent|one|operator|body)"
    r"|(i (want|need|would like|d like)( to)?|let me|please|connect me|put me through)( \w+){0,5} "
    r"(real person|person|human|human being|live agent|agent|representative|operator)"
    r"|(real |live )?(person|human|agent|representative|operator)( please)?"
    r"|(talk|speak) (to|with) (a |an )?(real |live )?(person|human|agent|someone|somebody)( please)?"
)


def wants_person(text: str) -> bool:
    """Whether the whole message asks for a person and nothing else."""
    return bool(PERSON.fullmatch(_said(text)))


def reply(question: Question) -> str:
    """The reply when the whole message is small talk, else nothing: a greeting before a question is no reason."""
    said = _said(question.text)
    for pattern, text in PATTERNS:
        if pattern.fullmatch(said):
            return text.format(widget=question.widget_name)
    return ""


def _said(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]+", " ", text.lower().replace("'", "")).split())
