"""How good follow-ups and answers are on a labelled set: what ``knowledge.evaluation`` measures, as in a chat.

A row of ``queries.jsonl`` may also have ``history`` (``role``, ``text``), which the query follows up; ``facts``, which
a right answer contains; ``expect``, whether it should be answered or refused; and the ``kind`` of what to refuse.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Annotated, Any, Literal

from asgiref.sync import async_to_sync
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chat.answering import answer_question
from chat.events import Delta, Stage
from chat.hygiene import clean
from chat.records import Answer, Question, Turn
from chat.rewriting import stand_alone
from knowledge import evaluation
from knowledge.access import PUBLIC
from knowledge.errors import EvaluationError
from knowledge.evaluation import LabelledSet, Step
from knowledge.records import Passage
from knowledge.search import search_passages

SEARCH_FIGURES = (
    *("ndcg@10", "recall@5", "recall@10", "mrr@10", "hit@1", "hit@5"),
    *("p50_ms", "p95_ms", "chunks_per_s"),
)
ANSWER_FIGURES = (
    *("fact_rate", "answer_rate", "refuse_rate", "cited_rate"),
    *("first_token_p50_ms", "words_p50", "words_max"),
)

# Before the name of a kind, where queries say theirs.
OF_KIND = "refuse_rate/"

# A figure is missing where no query could tell.
Figures = dict[str, float | None]

MARKS = (
    (re.compile(r"!?\[([^\[\]]+)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\s*\[\d+\]"), ""),
    (re.compile(r"\*\*|`+"), ""),
    # An asterisk or underscore inside a word, or by itself, is no emphasis.
    (re.compile(r"(?<!\w)[*_]+(?=\w)|(?<=[\w.,;:!?])[*_]+(?!\w)"), ""),
    (re.compile(r"\\(?=[^\w\s])"), ""),
)


class TurnRow(BaseModel):
    model_config = ConfigDict(strict=True)

    role: Literal["user", "assistant"]
    text: str


class QueryRow(BaseModel):
    """What a row may have besides the fields that every set has."""

    model_config = ConfigDict(strict=True)

    history: list[TurnRow] = []
    facts: list[Annotated[str, StringConstraints(pattern=r"\S")]] = []
    expect: Literal["answer", "refuse"] | None = None
    kind: str = ""


@dataclass(frozen=True)
class Case:
    question: Question
    facts: tuple[str, ...] = ()
    expect: Literal["answer", "refuse"] | None = None
    kind: str = ""


@dataclass(frozen=True)
class Answered:
    answer: Answer
    first_token_ms: float


def read_cases(folder: Path) -> dict[str, Case]:
    """Every query by its id, also those without a relevant document. Raises ``EvaluationError`` for a bad row."""
    return dict(case(row) for row in evaluation.rows(folder / "queries.jsonl"))


def case(row: tuple[str, Any]) -> tuple[str, Case]:
    where, values = row
    needed = evaluation.fields(row, "_id", "text")
    try:
        more = QueryRow.model_validate(values)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise EvaluationError(f"{where}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}.") from error
    history = (Turn("customer" if turn.role == "user" else "bot", clean(turn.text)) for turn in more.history)
    question = Question(clean(needed["text"]), "the documentation", collection_ids=None, history=tuple(history))
    return needed["_id"], Case(question, tuple(more.facts), more.expect, more.kind)


def evaluate(
    labelled: LabelledSet, cases: dict[str, Case], on_progress: Callable[[Step], None], *, with_answers: bool
) -> Figures:
    """Run inside ``throw_away_database``."""
    figures: Figures = {**evaluation.evaluate(labelled, on_progress, lambda query: passages_for(cases[query].question))}
    if with_answers:
        answered = []
        for number, each in enumerate(cases.values(), start=1):
            answered.append((each, answer(each.question)))
            on_progress(Step("Answering", number, len(cases)))
        figures |= quality(answered)
    return figures


def passages_for(question: Question) -> Sequence[Passage]:
    asked = async_to_sync(stand_alone)(question)
    return search_passages(asked.query, PUBLIC, also=asked.also, limit=evaluation.PASSAGES)


def answer(question: Question) -> Answered:
    started = perf_counter()
    first_token: list[float] = []

    async def emit(event: Stage | Delta) -> None:
        if isinstance(event, Delta) and not first_token:
            first_token.append((perf_counter() - started) * 1000)

    given = async_to_sync(answer_question)(question, emit)
    return Answered(given, first_token[0] if first_token else (perf_counter() - started) * 1000)


def quality(answered: Sequence[tuple[Case, Answered]]) -> Figures:
    """Shares from 0 to 1, milliseconds, and how long answers are in words."""
    answers = [each.answer for _, each in answered if each.answer.answered]
    lengths = [len(plain(given.text).split()) for given in answers]
    return {
        "fact_rate": share(has_facts(each.answer.text, case.facts) for case, each in answered if case.facts),
        "answer_rate": share(each.answer.answered for case, each in answered if case.expect == "answer"),
        "refuse_rate": share(not each.answer.answered for case, each in answered if case.expect == "refuse"),
        "cited_rate": share(bool(given.citations) for given in answers),
        "first_token_p50_ms": median(each.first_token_ms for _, each in answered),
        "words_p50": median(lengths) if lengths else None,
        "words_max": max(lengths, default=None),
        **refusals_by_kind(answered),
    }


def refusals_by_kind(answered: Sequence[tuple[Case, Answered]]) -> Figures:
    refused = [(case.kind, not each.answer.answered) for case, each in answered if case.expect == "refuse"]
    kinds = sorted({kind for kind, _ in refused if kind})
    return {f"{OF_KIND}{kind}": share(was for of, was in refused if of == kind) for kind in kinds}


def share(outcomes: Iterable[bool]) -> float | None:
    counted = list(outcomes)
    return mean(counted) if counted else None


def has_facts(text: str, facts: Sequence[str]) -> bool:
    return all(plain(fact) in plain(text) for fact in facts)


def plain(markdown: str) -> str:
    """As it is read aloud: without emphasis, links and citations, in lower case, with single spaces."""
    for mark, replacement in MARKS:
        markdown = mark.sub(replacement, markdown)
    return " ".join(markdown.casefold().split())
