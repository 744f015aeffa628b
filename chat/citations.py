"""From ``[n]`` in a stream of text to citations. Pure, and the same for every engine.

The model returns numbers, never links. A number that was not handed out is dropped; those that remain are
renumbered by first appearance. ``[0]`` is the model's way to say that the sources do not answer. Of a link
that it writes all the same only the words remain, unless a document holds the very address.
"""

import math
import re
from collections.abc import Iterable

from chat.fences import Fences
from chat.records import Cited, Source
from knowledge.text.sentences import sentences

# The ways models cite: [1], [1, 2], [1-3], [^1], [source 1], [Source: 1], [1 and 2], 【1】, 【1†source】.
NAMED = r"(?:(?:sources?|docs?|documents?|passages?|refs?|references?|quellen?|dokumente?|fuentes?)\b[\s:.#]*)"
NUMBERS = rf"\d{{1,3}}(?:\s*(?:[,;&–-]|and|und|et|y)\s*{NAMED}?\d{{1,3}})*"
SHORT = r"(?=[^\[\]【】\n]{1,60}[\]】])"
MARKER = re.compile(
    rf"(?:\[{SHORT}\s*\^?{NAMED}?{NUMBERS}\^?\s*\]|【{SHORT}\s*{NAMED}?{NUMBERS}(?:†[^】]*)?\s*】)", re.IGNORECASE
)
NUMBER_OR_RANGE = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
LONGEST_RANGE = 10

TARGET = (
    r"\((?P<address>[^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,1000})?)(?:[ \t]{1,4}\"[^\"\n]{0,200}\")?[ \t]{0,4}\)"
)
LINK = re.compile(rf"!?\[(?P<label>[^\[\]\n]{{0,200}})\]{TARGET}")
# What is left of a link with more in its label than words.
LOOSE = TARGET.replace("<address>", "<loose>")
TOKEN = re.compile(
    rf"(?P<ticks>`+)|(?P<end>\n)|(?P<link>{LINK.pattern})|(?P<marker>{MARKER.pattern})|\]{LOOSE}", re.IGNORECASE
)
# What may still become a token, or a longer one, waits for the next delta.
BEGUN_ADDRESS = r"\([^()\s]{0,1000}(?:\([^()\s]{0,200}(?:\)[^()\s]{0,1000})?)?"
BEGUN = rf"(?:{BEGUN_ADDRESS}(?:[ \t]{{1,4}}(?:\"[^\"\n]{{0,200}}\"?[ \t]{{0,4}})?)?)?"
UNFINISHED = re.compile(
    rf"(?:(?<!`)`+|!|!?\[[^\[\]\n]{{0,200}}|【[^\[\]【】\n]{{0,62}}|!?\[[^\[\]\n]{{0,200}}\]{BEGUN}|\]{BEGUN})$"
)
PARAGRAPH = re.compile(r"\n\s*\n")
WORD = re.compile(r"\w+")
LONGEST_QUOTE = 300


def numbers_in(marker: str) -> list[int]:
    """The numbers that a marker names, each once, in its order."""
    found: list[int] = []
    for first, last in NUMBER_OR_RANGE.findall(marker.partition("†")[0]):
        start, end = int(first), int(last or first)
        found += range(start, end + 1) if start <= end < start + LONGEST_RANGE else [start, end]
    return list(dict.fromkeys(found))


class CitationWriter:
    """Turns deltas with the prompt's numbers into deltas with the reader's numbers.

    ``text`` is what was written so far, which is what has been shown.
    """

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self.text = ""
        self.unknown = False
        self._sources: dict[int, Source] = {}
        self._numbers: dict[int, int] = {}
        self._claims: dict[int, str] = {}
        self._held = ""
        self._fences = Fences()
        self.add(sources)

    def add(self, sources: Iterable[Source]) -> None:
        """More that may be cited from now on: what tools have found."""
        self._sources |= {source.number: source for source in sources}

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
            self._say(ready[position : token.start()])
            self._take(token)
            position = token.end()
        self._say(ready[position:])
        if not before:
            self.text = self.text.lstrip()
        return self.text[len(before) :]

    def _say(self, text: str) -> None:
        self._fences.text(text)
        self.text += text

    def _take(self, token: re.Match[str]) -> None:
        if token["ticks"]:
            self._fences.backticks(token[0])
            self.text += token[0]
        elif token["end"]:
            self._fences.line_end()
            self.text += token[0]
        elif self._fences.in_code:
            self._say(token[0])
        elif token["link"]:
            self._say(self._unlinked(token))
        elif token["marker"]:
            self._say(self._renumbered(numbers_in(token[0])))
        else:
            self._say(token[0] if self._is_known(token["loose"]) else "]")

    def _unlinked(self, link: re.Match[str]) -> str:
        if not link[0].startswith("!") and self._is_known(link["address"]):
            return link[0]
        label = link["label"]
        return self._renumbered(numbers_in(label)) if MARKER.fullmatch(f"[{label}]") else label

    def _is_known(self, address: str) -> bool:
        """A whole address that stands in a document just like this. Tickets are written by anybody."""
        documents = (source for source in self._sources.values() if source.kind == "document")
        return address.startswith(("https://", "http://", "mailto:")) and any(
            re.search(rf"{re.escape(address)}(?![\w/?#=&%-]|\.\w)", document.text) for document in documents
        )

    def _renumbered(self, numbers: list[int]) -> str:
        """``items[0]`` is no verdict: that stands by itself."""
        self.unknown = self.unknown or (0 in numbers and not WORD.match(self.text[-1:]))
        markers = []
        for number in numbers:
            if number not in self._sources:
                continue
            if number not in self._numbers:
                self._numbers[number] = len(self._numbers) + 1
                self._claims[number] = PARAGRAPH.split(MARKER.sub("", self.text).rstrip())[-1]
            markers.append(f"[{self._numbers[number]}]")
        return "".join(markers)

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
    plain = LINK.sub(r"\g<label>", text)
    found = [sentence for sentence in sentences(plain) if WORD.search(sentence)]
    best = max(found, key=lambda sentence: _overlap(sentence, wanted), default="")
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"


def _overlap(sentence: str, wanted: set[str]) -> float:
    words = set(WORD.findall(sentence.lower()))
    return len(words & wanted) / math.sqrt(len(words) + 5)
