"""Whether what was found is good enough to answer from, asked before anything is generated, whichever engine would.

How well the passages fit is weighed by ``knowledge.retrieval.answerable``. Here the customer's record has its say:
"When does my plan renew?" is answered by it, however little the documentation knows about that.
"""

import re
from collections.abc import Iterable, Sequence

from accounts.records import AccountFact, TicketFact
from chat.records import AnswerContext, RecordItem, Verdict
from knowledge.errors import EmbeddingError
from knowledge.retrieval import answerable
from knowledge.retrieval.answerable import level_of
from knowledge.retrieval.similarity import similarities
from knowledge.text.sentences import sentences

# Parts of the record are short texts: they score lower than passages for a question about them.
RECORD_NEAR = 0.32
RECORD_CLOSE_TO_BEST = 0.08
# Whoever asks how something is done wants to be told that, and seldom what their own record says.
RECORD_NEAR_TO_HOW = 0.4
MOST_ITEMS = 3

PERSONAL = re.compile(r"\b(my|mine|me|i|i'm|i've|i'd|our|ours|us|we|we're|we've)\b", re.IGNORECASE)
# Of a known customer: their own affairs, or a number that an order or a ticket may have.
FOR_TOOLS = re.compile(rf"{PERSONAL.pattern}|\b(tickets?|orders?)\b|\d{{3}}", re.IGNORECASE)
# What only a record can tell: "my refund", "our last two invoices". Not how something is done.
OWN_RECORD = re.compile(
    r"\b(my|our)\s+(\w+\s+){0,2}(delivery|invoice|order|package|parcel|payment|plan|refund|renewal|subscription|ticket"
    r"|trial)s?\b|\bwas i charged\b|\bi was charged\b",
    re.IGNORECASE,
)
HOW_TO = re.compile(r"\bhow (do|can|to|should|would)\b|\bcan (i|we)\b|\bwhere (do|can) (i|we)\b", re.IGNORECASE)
# Whoever asks how something is done says "I" and means anybody.
OF_ANYBODY = re.compile(rf"(?:{HOW_TO.pattern})(?:\s+(?:i|we)\b)?", re.IGNORECASE)


def judged(context: AnswerContext) -> Verdict:
    """Embeds the record's sentences where the passages are not enough: call it where nobody else waits."""
    strength = strength_of(context)
    level, reason = level_of(strength), reason_for(context)
    if level == "enough":
        return Verdict(level, strength, reason)
    return Verdict(
        level,
        strength,
        reason,
        tuple(record_near(context)),
        may_look_up=context.question.actor.is_verified and bool(FOR_TOOLS.search(context.query)),
    )


def strength_of(context: AnswerContext) -> float:
    """Passages that were not searched for, but given, are taken for what was wanted."""
    if context.match is None:
        return 1.0 if context.passages else 0.0
    return answerable.strength(context.match)


def reason_for(context: AnswerContext) -> str:
    return answerable.reason_for(context.match) if context.match else "no passages were weighed"


def is_unknown_customer(context: AnswerContext) -> bool:
    """Whether it is asked what only a record can tell, by somebody who has none here."""
    is_own = OWN_RECORD.search(context.query) and not HOW_TO.search(context.query)
    return bool(is_own) and not context.question.actor.is_verified


def record_near(context: AnswerContext) -> dict[RecordItem, float]:
    """What the record says to the question, and how near: what was looked up for it, and at most three others of its
    facts and tickets, the nearest first.
    """
    asked_for: dict[RecordItem, float] = {fact: RECORD_NEAR for fact in context.record.facts if fact.asked_for}
    return asked_for | _nearest([item for item in _items(context) if item not in asked_for], context)


def _items(context: AnswerContext) -> list[RecordItem]:
    return [*context.record.facts, *context.record.tickets]


def _nearest(items: list[RecordItem], context: AnswerContext) -> dict[RecordItem, float]:
    if not items or not PERSONAL.search(OF_ANYBODY.sub("", context.query)):
        return {}
    lines = [(number, line) for number, item in enumerate(items) for line in statements(item)]
    near = similarities_to(
        context.query, [f"{context.source_of(items[number]).title}: {line}" for number, line in lines]
    )
    best = [0.0] * len(items)
    for (number, _), score in zip(lines, near, strict=True):
        best[number] = max(best[number], score)
    least = RECORD_NEAR_TO_HOW if HOW_TO.search(context.query) else RECORD_NEAR
    floor = max(least, max(best) - RECORD_CLOSE_TO_BEST)
    ranked = sorted(range(len(items)), key=lambda number: -best[number])
    return {items[number]: best[number] for number in ranked[:MOST_ITEMS] if best[number] >= floor}


def statements(item: RecordItem) -> list[str]:
    """What it says, sentence by sentence. What customers wrote themselves is a question, not an answer."""
    if isinstance(item, AccountFact):
        return sentences(item.text)
    return [sentence for text in (item.summary, *replies(item)) for sentence in sentences(text)]


def replies(ticket: TicketFact) -> Sequence[str]:
    return [comment.text for comment in ticket.comments if not comment.by_customer]


def similarities_to(question: str, texts: Iterable[str]) -> list[float]:
    """0 for each while there are no vectors."""
    listed = list(texts)
    try:
        return similarities(question, listed)
    except EmbeddingError:
        return [0.0] * len(listed)
