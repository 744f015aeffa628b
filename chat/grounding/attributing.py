"""Numbers put right: a true statement that cites the wrong source, or none, gets that of the one it is from. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from chat.citations import MARKER
from chat.grounding.checking import Finding
from chat.grounding.sentences import CODE_SPAN, Sentence
from chat.grounding.wording import stems

# The share of a statement's words that its source must have for this: all but a word here and there. A statement that
# is held against every source there is would find ``checking.ENOUGH`` of its words in one of them by chance.
NEARLY_ALL = 0.8
# Of fewer words that mean something, too many sources have all.
LEAST_WORDS = 3
SPACED = re.compile(rf"[ \t]*(?:{MARKER.pattern})", re.IGNORECASE)

Holds = Callable[[str, int], bool]


def attributed(text: str, findings: Sequence[Finding], sources: Mapping[int, str], holds: Holds) -> str:
    """``text`` with such numbers. ``holds`` says whether a statement stands with nothing but this source behind it."""
    words = {number: stems(source) for number, source in sources.items()}
    for finding in sorted(findings, key=lambda one: one.sentence.start, reverse=True):
        sentence = finding.sentence
        if finding.kind == "promise" or sentence.kind not in ("prose", "item"):
            continue
        if number := _source_of(without_numbers(sentence.text), words, holds):
            text = text[: sentence.start] + _citing(sentence, number) + text[sentence.end :]
    return text


def _source_of(statement: str, words: Mapping[int, Collection[str]], holds: Holds) -> int | None:
    """The one with most of its words that holds all its values."""
    said = stems(statement)
    if len(said) < LEAST_WORDS:
        return None
    shared = {number: len(said.intersection(known)) for number, known in words.items()}
    near = [number for number in shared if shared[number] >= NEARLY_ALL * len(said)]
    return next(
        (number for number in sorted(near, key=lambda one: (-shared[one], one)) if holds(statement, number)), None
    )


def _citing(sentence: Sentence, number: int) -> str:
    return f"{without_numbers(sentence.text)} [{number}]"


def without_numbers(said: str) -> str:
    """As it reads without what it cites; what stands in code is no citation."""
    kept, position = "", 0
    for code in CODE_SPAN.finditer(said):
        kept += SPACED.sub("", said[position : code.start()]) + code[0]
        position = code.end()
    return (kept + SPACED.sub("", said[position:])).strip()
