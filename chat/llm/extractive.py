"""The engine without a model: it quotes. What answers best is cited word for word, or nothing is.

It chooses sentences, steps and code blocks from at most three passages, and the statements of the
customer's record and tickets that the question is about. It is the embedded default, and steps in when a
model is down.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from chat.llm import extraction
from chat.llm.base import ChatModel, Finished, ModelEvent, ModelRequest, TextDelta
from chat.records import AnswerContext, Source
from knowledge.errors import EmbeddingError
from knowledge.markdown import Block
from knowledge.similarity import similarities

NOT_FOUND = "[0] I couldn't find an answer to that in the documentation."
RECORD_INTRO = "From your account:"
DOCUMENTS_INTRO = "From the documentation:"

MAX_PASSAGES = 3
MAX_WORDS = 120
# A passage is evidence when it is near in meaning, or less near but about the question's own words.
CLEARLY_NEAR = 0.55
NEAR = 0.30
COVERED = 0.5
# Later quotes must hold their own against the best one.
CLOSE_TO_BEST = 0.85
# Parts of the record are short texts: they score lower than passages for a question about them.
RECORD_NEAR = 0.32
RECORD_CLOSE_TO_BEST = 0.08
LEXICAL_WEIGHT = 0.3

PERSONAL = re.compile(r"\b(my|mine|me|i|i'm|i've|i'd|our|ours|us|we|we're|we've)\b", re.IGNORECASE)


class ExtractiveModel(ChatModel):
    name = "extractive"
    reads_prompt = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
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
    score: float = 0.0


def compose(context: AnswerContext) -> str:
    """The whole answer with the prompt's numbers, or the sentence that says there is none."""
    question = context.question.text
    record = _record_parts(question, context)
    quotes = _quotes(question, context, MAX_WORDS - sum(extraction.words(part) for part in record))
    if not record and not quotes:
        return NOT_FOUND
    if not record:
        return "\n\n".join([DOCUMENTS_INTRO, *quotes])
    return "\n\n".join([RECORD_INTRO, *record, *([DOCUMENTS_INTRO, *quotes] if quotes else [])])


# --- The record ----------------------------------------------------------------------------


def _record_parts(question: str, context: AnswerContext) -> list[str]:
    """The statements about the customer that the question is about: at most two facts and one ticket."""
    sources = [source for source in context.sources if source.kind != "document"]
    if not sources or not PERSONAL.search(question):
        return []
    lines = [(source, line) for source in sources for line in _statements(source)]
    scores = _scores(question, [f"{source.title}: {line}" for source, line in lines])
    best: dict[int, tuple[float, str]] = {}
    for (source, line), score in zip(lines, scores, strict=True):
        if score > best.get(source.number, (0.0, ""))[0]:
            best[source.number] = (score, line)
    if not best:
        return []
    floor = max(RECORD_NEAR, max(score for score, _ in best.values()) - RECORD_CLOSE_TO_BEST)
    chosen = sorted((number for number in best if best[number][0] >= floor), key=lambda number: -best[number][0])[:3]
    by_number = {source.number: source for source in sources}
    return [_stated(by_number[number], best[number][1]) for number in chosen]


def _statements(source: Source) -> list[str]:
    """A fact is quoted whole: it is short, and its sentences belong together. A ticket line by line."""
    return source.text.splitlines()[1:] or [source.text] if source.kind == "ticket" else [source.text]


def _stated(source: Source, line: str) -> str:
    if source.kind != "ticket":
        return f"{line} [{source.number}]"
    summary = source.text.splitlines()[0]
    return f"{summary} {line if line != summary else ''}".rstrip() + f" [{source.number}]"


# --- The documents -------------------------------------------------------------------------


def _quotes(question: str, context: AnswerContext, room: int) -> list[str]:
    """Excerpts, best first, while they are close to the best and fit in ``room`` words."""
    wanted = extraction.terms(question)
    sources = {source.number: source for source in context.sources if source.kind == "document"}
    evidence = [
        (sources[number], passage.score)
        for number, passage in enumerate(context.passages, start=1)
        if _is_evidence(passage.similarity, extraction.coverage(wanted, _whole(sources[number])))
    ][:MAX_PASSAGES]
    candidates = _candidates(question, wanted, evidence)
    quotes: list[str] = []
    quoted: set[tuple[int, int]] = set()
    for candidate in candidates:
        if (
            candidate.score < candidates[0].score * CLOSE_TO_BEST
            or (candidate.source.number, candidate.block) in quoted
        ):
            continue
        text = extraction.excerpt(candidate.group, candidate.block, candidate.piece)
        if quotes and extraction.words(text) > room:
            continue
        quotes.append(_cited(text, candidate.source))
        quoted |= {(candidate.source.number, near) for near in range(candidate.block - 1, candidate.block + 2)}
        room -= extraction.words(text)
        if len(quotes) == MAX_PASSAGES or room <= 0:
            break
    return quotes


def _is_evidence(similarity: float, coverage: float) -> bool:
    return similarity >= CLEARLY_NEAR or (similarity >= NEAR and coverage >= COVERED)


def _candidates(question: str, wanted: set[str], evidence: list[tuple[Source, float]]) -> list[Candidate]:
    found = [
        (Candidate(source, group, block, piece), text, score)
        for source, score in evidence
        for group in [tuple(extraction.quotable(source.text))]
        for block, content in enumerate(group)
        for piece, text in enumerate(extraction.pieces(content))
    ]
    near = _scores(question, [f"{candidate.source.title}: {text}" for candidate, text, _ in found])
    scored = [
        Candidate(
            candidate.source,
            candidate.group,
            candidate.block,
            candidate.piece,
            similarity + LEXICAL_WEIGHT * extraction.coverage(wanted, text) + 0.1 * score,
        )
        for (candidate, text, score), similarity in zip(found, near, strict=True)
    ]
    return sorted(scored, key=lambda candidate: -candidate.score)


def _cited(text: str, source: Source) -> str:
    """The marker stands after the text, or before it where an end has no room for one: code and tables."""
    marker = f"[{source.number}]"
    last = text.rstrip().splitlines()[-1].lstrip()
    if last.startswith(("```", "~~~", "|")):
        return f"{source.title} {marker}:\n\n{text}"
    return f"{text} {marker}"


def _whole(source: Source) -> str:
    return f"{source.title} {source.text}"


def _scores(question: str, texts: list[str]) -> list[float]:
    try:
        return similarities(question, texts)
    except EmbeddingError:
        return [0.0] * len(texts)
