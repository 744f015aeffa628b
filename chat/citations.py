"""From ``[n]`` in a stream of text to citations. Pure, and the same for every engine.

The model returns numbers, never links. A number that was not handed out is dropped; those that remain are
renumbered by first appearance. ``[0]`` is the model's way to say that the sources do not answer.
"""

import math
import re

from chat.records import Cited, Source

MARKER = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
# What may still become a marker, or a run of backticks that is not over, waits for the next delta.
UNFINISHED = re.compile(r"(?:\[[\d,\s]{0,24}|`+)$")
TOKEN = re.compile(r"`+|\n|\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
PARAGRAPH = re.compile(r"\n\s*\n")
LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
WORD = re.compile(r"\w+")
LONGEST_QUOTE = 300


class CitationWriter:
    """Turns deltas with the prompt's numbers into deltas with the reader's numbers."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self.text = ""
        self.unknown = False
        self._sources = {source.number: source for source in sources}
        self._numbers: dict[int, int] = {}
        self._claims: dict[int, str] = {}
        self._held = ""
        self._fence = ""

    def feed(self, delta: str) -> str:
        """What may be shown now."""
        ready = self._held + delta
        unfinished = UNFINISHED.search(ready)
        cut = unfinished.start() if unfinished else len(ready)
        self._held = ready[cut:]
        return self._write(ready[:cut])

    def close(self) -> str:
        """What was held back and turned out to be plain text."""
        rest, self._held = self._held, ""
        return self._write(rest)

    @property
    def citations(self) -> tuple[Cited, ...]:
        return tuple(self._cited(self._sources[number], new) for number, new in self._numbers.items())

    def _write(self, ready: str) -> str:
        before = self.text
        position = 0
        for token in TOKEN.finditer(ready):
            self.text += ready[position : token.start()]
            self.text += self._piece(token.group())
            position = token.end()
        self.text += ready[position:]
        if not before:
            self.text = self.text.lstrip()
        return self.text[len(before) :]

    def _piece(self, piece: str) -> str:
        if piece.startswith("`"):
            self._toggle(piece)
        elif piece == "\n":
            self._fence = self._fence if len(self._fence) >= 3 else ""
        elif not self._fence:
            return self._renumbered([int(number) for number in re.findall(r"\d+", piece)])
        return piece

    def _toggle(self, run: str) -> None:
        if not self._fence:
            self._fence = run
        elif len(run) >= len(self._fence):
            self._fence = ""

    def _renumbered(self, numbers: list[int]) -> str:
        self.unknown = self.unknown or 0 in numbers
        markers = []
        for number in numbers:
            if number in self._sources:
                new = self._numbers.setdefault(number, len(self._numbers) + 1)
                self._claims.setdefault(number, PARAGRAPH.split(MARKER.sub("", self.text).rstrip())[-1])
                markers.append(f"[{new}]")
        return "".join(dict.fromkeys(markers))

    def _cited(self, source: Source, number: int) -> Cited:
        return Cited(
            number=number,
            kind=source.kind,
            title=source.title,
            url=source.url,
            quote=quote(source.text, self._claims[source.number]),
            as_of=source.as_of,
            document_id=source.document_id,
        )


def quote(text: str, claim: str) -> str:
    """The sentence of ``text`` that shares most words with ``claim``, at most 300 characters."""
    wanted = set(WORD.findall(claim.lower()))
    plain = LINK.sub(r"\1", text)
    sentences = [sentence.strip() for sentence in SENTENCE.split(plain) if WORD.search(sentence)]
    best = max(sentences, key=lambda sentence: _overlap(sentence, wanted), default="")
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"


def _overlap(sentence: str, wanted: set[str]) -> float:
    words = set(WORD.findall(sentence.lower()))
    return len(words & wanted) / math.sqrt(len(words) + 5)
