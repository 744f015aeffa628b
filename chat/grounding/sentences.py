"""An answer in Markdown cut into the statements it makes, each with the numbers it cites. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chat.citations import MARKER, numbers_in
from chat.grounding.dates import month_named
from chat.grounding.vocabulary import ABBREVIATIONS

Kind = Literal["prose", "item", "row", "code", "heading"]

FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
HEADING = re.compile(r" {0,3}#{1,6}\s+")
ITEM = re.compile(r"[ \t>]*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
ROW = re.compile(r"[ \t>]*\|")
RULE = re.compile(r"[ \t>|:*_=-]*$")
QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)*")
CODE_SPAN = re.compile(r"(`+).*?\1")
# Where a sentence may end: its last sign, what closes with it, and the citations that belong to it.
END = re.compile(
    rf"[.!?…。！？]+[\"”’»)\]*_]*(?:\s*(?:{MARKER.pattern}))*(?:\s+(?=\S)|\s*$|(?<=[。！？]))", re.IGNORECASE
)
CLOSED = re.compile(r"[.!?…。！？][\"”’»)\]*_]*$")
BEGINS = re.compile(r"[\"“‘„«»(\[*_]*(?P<first>.)", re.DOTALL)
# So much around an end tells whether it is one.
NEAR = 100
LAST_WORD = re.compile(r"(\S+?)[.!?…]+[\"”’»)\]*_]*$")


@dataclass(frozen=True)
class Sentence:
    """``unit`` counts what stands by itself: paragraphs, list items, rows, code blocks, headings.

    ``group`` is what one citation may speak for: a paragraph; a list, table or code block with the
    paragraph that introduces it by a colon. ``text`` is as it stands, without the item's own mark.
    """

    text: str
    start: int
    end: int
    kind: Kind
    unit: int
    group: int
    cites: frozenset[int]

    @property
    def introduces(self) -> bool:
        return MARKER.sub("", self.text).rstrip("*_ \n").endswith((":", "："))

    @property
    def is_whole(self) -> bool:
        """Whether it comes to its end."""
        return bool(CLOSED.search(MARKER.sub("", self.text).rstrip()))

    @property
    def is_head(self) -> bool:
        """The first row of a table, with the line of dashes below it."""
        return self.kind == "row" and "\n" in self.text


@dataclass(frozen=True)
class Unit:
    """A stretch of the text. ``start`` is where its line begins, ``body`` where its words do."""

    kind: Kind
    start: int
    body: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """In their order. Lines that only draw something, as those of a table's head, have none."""
    found: list[Sentence] = []
    group, before = 0, None
    for number, unit in enumerate(units(text)):
        introduced = bool(found) and found[-1].introduces and found[-1].kind != "heading"
        continues = before is not None and unit.kind == before.kind and unit.kind in ("item", "row")
        if not (introduced or continues) or unit.kind == "heading":
            group += 1
        for start, end in _spans(text, unit):
            said = text[start:end]
            cited = frozenset() if unit.kind == "code" else _cited(said)
            found.append(Sentence(said, start, end, unit.kind, number, group, cited))
        before = unit
    return found


def units(text: str) -> list[Unit]:
    found: list[Unit] = []
    open_fence, blank = "", True
    for start, line in _lines(text):
        end = start + len(line)
        fence = FENCE.match(line)
        if open_fence:
            found[-1] = Unit("code", found[-1].start, found[-1].body, end)
            if fence and fence[1].startswith(open_fence) and not line[fence.end() :].strip():
                open_fence = ""
        elif fence:
            open_fence = fence[1]
            found.append(Unit("code", start, start, end))
        elif RULE.match(line):
            if "-" in line and not blank and _goes_on(found, "row"):
                found[-1] = Unit("row", found[-1].start, found[-1].body, end)
                continue
            blank = True
            continue
        elif line.startswith(("    ", "\t")) and (blank or _goes_on(found, "code")) and not _goes_on(found, "item"):
            if _goes_on(found, "code"):
                found[-1] = Unit("code", found[-1].start, found[-1].body, end)
            else:
                found.append(Unit("code", start, start, end))
        else:
            _add_words(found, line, start, end, blank=blank)
        blank = False
    return found


def _add_words(found: list[Unit], line: str, start: int, end: int, *, blank: bool) -> None:
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (("heading", HEADING), ("item", ITEM), ("row", ROW))
    for kind, pattern in kinds:
        if mark := pattern.match(line):
            found.append(Unit(kind, start, start + mark.end(), end))
            return
    if not blank and found and found[-1].kind in ("prose", "item"):
        found[-1] = Unit(found[-1].kind, found[-1].start, found[-1].body, end)
        return
    mark = QUOTE.match(line)
    found.append(Unit("prose", start, start + (mark.end() if mark else 0), end))


def _goes_on(found: list[Unit], kind: Kind) -> bool:
    return bool(found) and found[-1].kind == kind


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _spans(text: str, unit: Unit) -> Iterator[tuple[int, int]]:
    if unit.kind in ("code", "row", "heading"):
        yield unit.body, unit.end
        return
    start = unit.body
    # The words of code are not read as sentences, but they keep their place.
    plain = CODE_SPAN.sub(lambda match: "x" * len(match[0]), text[unit.body : unit.end])
    for ending in END.finditer(plain):
        end = ending.end()
        before = plain[max(0, end - NEAR) : end].rstrip()
        if ends_sentence(before, plain[end : end + NEAR]):
            yield start, unit.body + len(plain[:end].rstrip())
            start = unit.body + end
    if text[start : unit.end].strip():
        yield start, unit.end


def ends_sentence(before: str, after: str) -> bool:
    """Whether ``before``, which ends like a sentence, is one, seen from what follows."""
    begins = BEGINS.match(after)
    if not begins:
        return not after
    if begins["first"].islower():
        return False
    last = LAST_WORD.search(MARKER.sub("", before[-60:]).rstrip())
    word = last[1].lower().lstrip('("“*_') if last else ""
    if word in ABBREVIATIONS:
        return False
    # "am 12. März", and the initial of a name.
    following = re.match(r"\W*(\w+)", after)
    return not (word.isdigit() and len(word) <= 2 and following and month_named(following[1]))


def _cited(said: str) -> frozenset[int]:
    plain = CODE_SPAN.sub("", said)
    return frozenset(number for marker in MARKER.finditer(plain) for number in numbers_in(marker[0]))


def citations_of(found: Sequence[Sentence]) -> list[frozenset[int]]:
    """Of each sentence its own, or those that it may borrow from the sentences around it."""
    groups: dict[int, frozenset[int]] = defaultdict(frozenset)
    lent: frozenset[int] = frozenset()
    for sentence in found:
        groups[sentence.group] |= sentence.cites
        lent |= sentence.cites if only_cites(sentence) else frozenset()
    below = list(_nearest(reversed(found)))[::-1]
    return [
        sentence.cites
        or groups[sentence.group]
        or lent
        or (frozenset() if sentence.kind == "prose" else above or under)
        for sentence, above, under in zip(found, _nearest(found), below, strict=True)
    ]


def _nearest(found: Iterable[Sentence]) -> Iterator[frozenset[int]]:
    last: frozenset[int] = frozenset()
    for sentence in found:
        last = sentence.cites or last
        yield last


def only_cites(sentence: Sentence) -> bool:
    """A line such as "Sources: [1][2]"."""
    return bool(sentence.cites) and len(re.findall(r"\w+", MARKER.sub("", sentence.text))) <= 1
