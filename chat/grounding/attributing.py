"""Numbers put right: a true statement that cites the wrong source, or none, gets that of the one it is from. Pure."""

import re
from collections.abc import Callable, Mapping

from chat.citations import MARKER
from chat.grounding.checking import Finding
from chat.grounding.sentences import CODE_SPAN
from chat.grounding.wording import stems
from knowledge.text.sentences import sentences

# The share of a statement's words that one sentence of its source must have for this: all but a word here and there. A
# statement that is held against every source there is would find ``checking.ENOUGH`` of its words in one by chance.
NEARLY_ALL = 0.8
# Of fewer words that mean something, too many sources have all.
LEAST_WORDS = 3
SPACED = re.compile(rf"[ \t]*(?:{MARKER.pattern})", re.IGNORECASE)
# What turns a statement into its opposite, and is none of the words that are compared.
NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nicht|kein\w*|nie|niemals|ohne|ne|pas|jamais|sans|aucun\w*|sin"
    r"|nunca|ning[uú]n\w*|tampoco)\b|n['’]t\b",
    re.IGNORECASE,
)

Check = Callable[[str], list[Finding]]
Holds = Callable[[str, int], bool]


def attributed(text: str, sources: Mapping[int, str], check: Check, holds: Holds) -> str:
    """``text`` with such numbers. A source's first line is its title.

    ``check`` finds what is wrong with a text; ``holds`` says whether a statement stands with this source alone.
    """
    findings = check(text)
    for finding in reversed(findings):
        put_right = _with_number(text, finding, sources, holds)
        # A number that moves may have been borrowed by its neighbours.
        if put_right != text and len(left := check(put_right)) < len(findings):
            text, findings = put_right, left
    return text


def _with_number(text: str, finding: Finding, sources: Mapping[int, str], holds: Holds) -> str:
    sentence = finding.sentence
    if finding.kind == "promise" or sentence.introduces or sentence.kind not in ("prose", "item"):
        return text
    said = without_numbers(sentence.text)
    number = _source_of(said, sources, holds)
    return f"{text[: sentence.start]}{said} [{number}]{text[sentence.end :]}" if number else text


def _source_of(said: str, sources: Mapping[int, str], holds: Holds) -> int | None:
    """The one that says it in one sentence with most of its words, and holds all its values."""
    if len(stems(said)) < LEAST_WORDS:
        return None
    shares = {number: _share(said, source) for number, source in sources.items()}
    near = sorted((number for number in shares if shares[number] >= NEARLY_ALL), key=lambda one: (-shares[one], one))
    return next((number for number in near if holds(said, number)), None)


def _share(said: str, source: str) -> float:
    title, _, text = source.partition("\n")
    wanted, named, denies = stems(said), stems(title), bool(NEGATION.search(said))
    alike = (stems(each) | named for each in sentences(text) if bool(NEGATION.search(each)) is denies)
    return max((len(wanted & words) / len(wanted) for words in alike), default=0.0)


def without_numbers(said: str) -> str:
    """As it reads without what it cites; what stands in code is no citation."""
    kept, position = "", 0
    for code in CODE_SPAN.finditer(said):
        kept += SPACED.sub("", said[position : code.start()]) + code[0]
        position = code.end()
    return (kept + SPACED.sub("", said[position:])).strip()
