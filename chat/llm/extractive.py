"""The engine without a model: it quotes. What answers best is cited word for word, or nothing is.

It chooses sentences, steps, rows and code blocks from at most three passages, and the statements of the customer's
record and tickets that the question is about. It is the embedded default, and steps in when a model is down.
"""

import asyncio
import re
from collections.abc import AsyncGenerator

from accounts.records import AccountFact
from chat import evidence
from chat.errors import ModelError
from chat.llm import extraction, selection
from chat.llm.base import ChatModel, Finished, ModelEvent, ModelRequest, TextDelta
from chat.llm.extraction import Piece
from chat.phrases import phrase, sign_in
from chat.records import AnswerContext, RecordItem
from knowledge.text.sentences import sentences, space_after
from knowledge.text.terms import coverage, terms

NOT_FOUND = "[0]"
MOST_PASSAGES = 3
MOST_WORDS = 120
MOST_WORDS_OF_A_REPLY = 60
# What a sentence's own words, and standing in the first passage, add to how near it is. Chosen on a flat top.
LEXICAL_WEIGHT = 0.2
FIRST_PASSAGE_WEIGHT = 0.12


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


def compose(context: AnswerContext) -> str:
    """The whole answer with the prompt's numbers, or the sentence that says there is none."""
    language = context.question.language
    verdict = context.verdict or evidence.judged(context)
    asking = sign_in(language, or_verify=context.question.may_verify)
    said = [asking] if evidence.is_unknown_customer(context) else []
    if record := dict.fromkeys(verdict.record, 0.0) or evidence.record_near(context):
        said += [phrase("from_account", language), *(_stated(item, context) for item in record)]
    if verdict.level == "enough":
        intro = phrase("from_documents", language)
        room = MOST_WORDS - len(" ".join([*said, intro]).split())
        quotes = _quotes(context, room, nearness=max(record.values(), default=-1.0))
        said += [intro, *quotes] if quotes else []
    if said == [asking]:
        said.append(phrase("nothing_found", language))
    return "\n\n".join(said) or NOT_FOUND


def _stated(item: RecordItem, context: AnswerContext) -> str:
    """A fact as it is; a ticket with the last thing that was said to the customer."""
    language = context.question.language
    marker = f"[{context.source_of(item).number}]"
    if isinstance(item, AccountFact):
        return f"{item.text} {marker}"
    replies = evidence.replies(item)
    if not replies:
        waits = "" if item.is_solved or item.is_closed else f" {phrase('no_reply_yet', language)}"
        return f"{item.summary}{waits} {marker}"
    reply = _shortened(replies[-1]).replace("\n", "\n> ")
    return f"{item.summary} {phrase('last_reply', language)}\n\n> {reply} {marker}"


def _shortened(reply: str) -> str:
    """Its first sentences, if it is long."""
    kept = ""
    for sentence in sentences(reply):
        if kept and len(f"{kept} {sentence}".split()) > MOST_WORDS_OF_A_REPLY:
            return f"{kept} …"
        kept = f"{kept}{space_after(kept)}{sentence}".strip()
    return reply


def _quotes(context: AnswerContext, room: int, nearness: float) -> list[str]:
    """Those of the first passage first, in the order in which they stand. None is less near to the question than
    ``nearness``: below what the record says, that would only fill the room."""
    passages = [passage for passage in context.passages if not passage.is_description][:MOST_PASSAGES]
    sources = [context.source_of(passage) for passage in passages]
    pieces = [piece for number, each in enumerate(passages) for piece in extraction.pieces(number, each.text)]
    titled = [f"{sources[piece.passage].title}: {piece.text}" for piece in pieces]
    near = evidence.similarities_to(context.query, titled)
    if max(near, default=-1.0) < nearness:
        return []
    wanted = terms(context.query)
    scores = [
        _score(piece, similarity, wanted) if similarity >= nearness else 0.0
        for piece, similarity in zip(pieces, near, strict=True)
    ]
    return extraction.quoted(selection.chosen(pieces, scores, sources, room), sources)


def _score(piece: Piece, similarity: float, wanted: set[str]) -> float:
    return similarity + LEXICAL_WEIGHT * coverage(wanted, piece.text) + FIRST_PASSAGE_WEIGHT * (piece.passage == 0)
