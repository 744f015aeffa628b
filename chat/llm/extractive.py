"""The engine without a model: it quotes. What answers best is cited word for word, or nothing is.

It chooses sentences, steps and code blocks from at most three passages, and the statements of the
customer's record and tickets that the question is about. It is the embedded default, and steps in when a
model is down.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from accounts.records import AccountFact, TicketFact
from chat.errors import ModelError
from chat.llm import extraction
from chat.llm.base import ChatModel, Finished, ModelEvent, ModelRequest, TextDelta
from chat.records import AnswerContext, Source
from knowledge.errors import EmbeddingError
from knowledge.records import Passage
from knowledge.retrieval.similarity import similarities
from knowledge.text.markdown import Block

NOT_FOUND = "[0]"
RECORD_INTRO = "From your account:"
DOCUMENTS_INTRO = "From the documentation:"
SIGN_IN = "I can't see your account in this chat. Sign in, and I can answer from your own record, too."

MAX_PASSAGES = 4
MAX_QUOTES = 3
MAX_WORDS = 120
# The cosine below which the best piece is about something else. On a hundred questions about real
# documentation it lets nine in ten answerable ones pass and stops half of the others.
EVIDENT = 0.43
# Later quotes must hold their own against the best one.
CLOSE_TO_BEST = 0.85
LEXICAL_WEIGHT = 0.3
PASSAGE_WEIGHT = 0.1
# Who asks how to do something wants its numbered steps.
STEPS_WEIGHT = 0.15
# Parts of the record are short texts: they score lower than passages for a question about them.
RECORD_NEAR = 0.32
RECORD_CLOSE_TO_BEST = 0.08
MAX_RECORD_PARTS = 3

PERSONAL = re.compile(r"\b(my|mine|me|i|i'm|i've|i'd|our|ours|us|we|we're|we've)\b", re.IGNORECASE)
HOW_TO = re.compile(
    r"\bhow (do|can|to|should|would)\b|\b(set ?up|configure|enable|install|where (do|can))\b", re.IGNORECASE
)
# What only a record can tell: "my refund", "our last two invoices".
OWN_RECORD = re.compile(
    r"\b(my|our)\s+(\w+\s+){0,2}(account|card|delivery|invoice|order|parcel|payment|plan|refund|renewal|subscription"
    r"|ticket|trial)s?\b|\bwas i charged\b|\bi was charged\b",
    re.IGNORECASE,
)


class ExtractiveModel(ChatModel):
    name = "extractive"
    reads_prompt = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        if request.context is None:
            raise ModelError(reason="nothing to quote from")
        text = await asyncio.to_thread(compose, request.context)
        for piece in re.findall(r"\s*\S+\s*", text):
            yield TextDelta(piece)
        yield Finished("stop")


@dataclass(frozen=True)
class Candidate:
    """A piece that could be quoted, and where it stands."""

    source: Source
    group: tuple[Block, ...]
    block: int
    piece: int
    near: float = 0.0
    score: float = 0.0


def compose(context: AnswerContext) -> str:
    """The whole answer with the prompt's numbers, or the sentence that says there is none."""
    question = context.query
    record = _record_parts(question, context)
    quotes = _quotes(question, context, MAX_WORDS - sum(extraction.words(part) for part in record))
    parts = [*([RECORD_INTRO, *record] if record else []), *([DOCUMENTS_INTRO, *quotes] if quotes else [])]
    if context.question.customer_id is None and OWN_RECORD.search(question):
        parts.append(SIGN_IN)
    return "\n\n".join(parts) or NOT_FOUND


# --- The record ----------------------------------------------------------------------------


def _record_parts(question: str, context: AnswerContext) -> list[str]:
    """What the record says to the question: at most three of its facts and tickets, the nearest first."""
    items: list[AccountFact | TicketFact] = [*context.record.facts, *context.record.tickets]
    if not items or not PERSONAL.search(question):
        return []
    sources = [context.source_of(item) for item in items]
    lines = [(number, line) for number, item in enumerate(items) for line in _statements(item)]
    near = _scores(question, [f"{sources[number].title}: {line}" for number, line in lines])
    best = [0.0] * len(items)
    for (number, _), score in zip(lines, near, strict=True):
        best[number] = max(best[number], score)
    floor = max(RECORD_NEAR, max(best) - RECORD_CLOSE_TO_BEST)
    chosen = sorted((number for number in range(len(items)) if best[number] >= floor), key=lambda n: -best[n])
    return [_stated(items[number], f"[{sources[number].number}]") for number in chosen[:MAX_RECORD_PARTS]]


def _statements(item: AccountFact | TicketFact) -> list[str]:
    """What it says, sentence by sentence. What customers wrote themselves is a question, not an answer."""
    if isinstance(item, AccountFact):
        return extraction.sentences(item.text)
    replies = [comment.text for comment in item.comments if not comment.by_customer]
    return [sentence for text in (item.summary, *replies) for sentence in extraction.sentences(text)]


def _stated(item: AccountFact | TicketFact, marker: str) -> str:
    """A fact as it is; a ticket with the last thing that was said to the customer."""
    if isinstance(item, AccountFact):
        return f"{item.text} {marker}"
    replies = [comment.text for comment in item.comments if not comment.by_customer]
    if not replies:
        return f"{item.summary} Nobody has replied yet. {marker}"
    quoted = replies[-1].replace("\n", "\n> ")
    return f"{item.summary} The last reply:\n\n> {quoted} {marker}"


# --- The documents -------------------------------------------------------------------------


def _quotes(question: str, context: AnswerContext, room: int) -> list[str]:
    """Excerpts, best first, while they are close to the best and fit in ``room`` words."""
    candidates = _candidates(question, context)
    if not candidates or max(candidate.near for candidate in candidates) < EVIDENT:
        return []
    quotes: list[str] = []
    quoted: set[tuple[int, int]] = set()
    for candidate in candidates:
        close = candidate.score >= candidates[0].score * CLOSE_TO_BEST
        if not close or (candidate.source.number, candidate.block) in quoted:
            continue
        text = extraction.excerpt(candidate.group, candidate.block, candidate.piece)
        if quotes and extraction.words(text) > room:
            continue
        quotes.append(_cited(text, candidate.source))
        quoted |= {(candidate.source.number, near) for near in range(candidate.block - 1, candidate.block + 2)}
        room -= extraction.words(text)
        if len(quotes) == MAX_QUOTES or room <= 0:
            break
    return quotes


def _best_passages(context: AnswerContext) -> list[tuple[int, Passage]]:
    """With their numbers. A description finds its page but answers nothing."""
    numbered = enumerate(context.passages, start=1)
    return [(number, passage) for number, passage in numbered if not passage.is_description][:MAX_PASSAGES]


def _candidates(question: str, context: AnswerContext) -> list[Candidate]:
    """Every piece of the best passages, best first."""
    sources = {source.number: source for source in context.sources if source.kind == "document"}
    found = [
        (Candidate(sources[number], group, block, piece), text, passage.score)
        for number, passage in _best_passages(context)
        for group in [tuple(extraction.quotable(passage.text))]
        for block, content in enumerate(group)
        for piece, text in enumerate(extraction.pieces(content))
    ]
    wanted = terms(question)
    steps = STEPS_WEIGHT if HOW_TO.search(question) else 0.0
    near = _scores(question, [f"{candidate.source.title}: {text}" for candidate, text, _ in found])
    scored = [
        replace(
            candidate,
            near=similarity,
            score=similarity
            + LEXICAL_WEIGHT * coverage(wanted, text)
            + PASSAGE_WEIGHT * passage_score
            + steps * extraction.is_step(text),
        )
        for (candidate, text, passage_score), similarity in zip(found, near, strict=True)
    ]
    return sorted(scored, key=lambda candidate: -candidate.score)


def _cited(text: str, source: Source) -> str:
    """The marker stands after the text, or before it where an end has no room for one: code and tables."""
    marker = f"[{source.number}]"
    last = text.rstrip().splitlines()[-1].lstrip()
    if last.startswith(("```", "~~~", "|")):
        return f"{source.title} {marker}:\n\n{text}"
    return f"{text} {marker}"


def _scores(question: str, texts: list[str]) -> list[float]:
    try:
        return similarities(question, texts)
    except EmbeddingError:
        return [0.0] * len(texts)
