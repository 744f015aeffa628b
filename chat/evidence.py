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
from knowledge.retrieval.questions import questions_in
from knowledge.retrieval.similarity import similarities_of
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
    r"|trial)s?\b|\bwas i charged\b|\bi was charged\b|\b(did|have) (i|we) (\w+\s+){0,3}(order|ticket|invoice)s?\b"
    r"|\bdo (i|we) have (?!to\b)(\w+\s+){0,3}(order|ticket|invoice)s?\b|\bhow much (do|did) (i|we) pay\b(?! for\b)"
    r"|\b(order|ticket) (number )?#?([a-z]{1,6}-\d+|\d{4,})(?=\s*([?.!,]|$))",
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
    return not context.question.actor.is_verified and any(
        OWN_RECORD.search(asked) and not HOW_TO.search(asked) for asked in questions_in(context.query)
    )


def record_near(context: AnswerContext) -> dict[RecordItem, float]:
    """What the record says to the question, and how near: what was looked up for it, and of its other facts and
    tickets the nearest first, at most three. Of several questions at once each is answered in its turn, and no item
    counts as nearer than the best to the question that the record says least to.
    """
    found: dict[RecordItem, float] = {item: RECORD_NEAR for item in _items(context) if item.asked_for}
    items = [item for item in _items(context) if item not in found]
    answers = _nearest(items, questions_in(context.query), context)
    least = min((max(answer.values(), default=RECORD_NEAR) for answer in answers), default=0.0)
    for answer in answers:
        found |= {item: min(score, least) for item, score in answer.items() if item not in found}
    return found


def _items(context: AnswerContext) -> list[RecordItem]:
    return [*context.record.facts, *context.record.tickets]


def _nearest(items: list[RecordItem], asked: list[str], context: AnswerContext) -> list[dict[RecordItem, float]]:
    """To each of the questions."""
    if not items or not any(map(_is_personal, asked)):
        return []
    lines = [(number, line) for number, item in enumerate(items) for line in statements(item)]
    texts = [f"{context.source_of(items[number]).title}: {line}" for number, line in lines]
    most = max(1, MOST_ITEMS // len(asked))
    answers = []
    for question, near in zip(asked, _similarities_of(asked, texts), strict=True):
        best = dict.fromkeys(items, 0.0)
        for (number, _), score in zip(lines, near, strict=True):
            best[items[number]] = max(best[items[number]], score)
        answers.append(_chosen(best, question, most) if _is_personal(question) else {})
    return answers


def _is_personal(question: str) -> bool:
    return bool(PERSONAL.search(OF_ANYBODY.sub("", question)))


def _chosen(best: dict[RecordItem, float], question: str, most: int) -> dict[RecordItem, float]:
    """The nearest first. A log says little in few words, which come near to much: it takes no other's place, and is
    there only where nothing else is nearer."""
    least = RECORD_NEAR_TO_HOW if HOW_TO.search(question) else RECORD_NEAR
    ranked = sorted(((item, score) for item, score in best.items() if not _is_log(item)), key=lambda pair: -pair[1])
    nearest = max((score for _, score in ranked), default=0.0)
    logs = [(item, score) for item, score in best.items() if _is_log(item) and score >= max(nearest, least)]
    floor = max(least, nearest - RECORD_CLOSE_TO_BEST)
    return dict([*logs, *[(item, score) for item, score in ranked[:most] if score >= floor]])


def _is_log(item: RecordItem) -> bool:
    return isinstance(item, AccountFact) and item.is_log


def statements(item: RecordItem) -> list[str]:
    """What it says, sentence by sentence. What customers wrote themselves is a question, not an answer."""
    if isinstance(item, AccountFact):
        return sentences(item.text)
    return [sentence for text in (item.summary, *replies(item)) for sentence in sentences(text)]


def replies(ticket: TicketFact) -> Sequence[str]:
    return [comment.text for comment in ticket.comments if not comment.by_customer]


def similarities_to(question: str, texts: Iterable[str]) -> list[float]:
    """0 for each while there are no vectors."""
    return _similarities_of([question], list(texts))[0]


def _similarities_of(questions: list[str], texts: list[str]) -> list[list[float]]:
    try:
        return similarities_of(questions, texts)
    except EmbeddingError:
        return [[0.0] * len(texts) for _ in questions]
