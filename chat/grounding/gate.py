"""Values no source has are never shown, not even while the answer streams in. Pure."""

import re
from collections import deque
from collections.abc import Iterable

from chat.citations import MARKER
from chat.grounding.quantities import Meaning, Value
from chat.grounding.sentences import CLOSED, ends_sentence
from chat.grounding.spoken import FEW
from chat.grounding.terms import KEYS
from chat.grounding.values import offered, values
from chat.grounding.vocabulary import ARTICLES, NUMBER_WORDS

# A citation, or a word; each with the space before it. Scripts without spaces have words of one character.
CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
TOKEN = re.compile(rf"\s*+(?:(?P<cites>{MARKER.pattern})|{CJK}|(?:(?!{CJK})\S){{1,200}})", re.IGNORECASE)
UNFINISHED = re.compile(r"\s*+[\[【][^\[\]【】\n]{0,62}$")
# What may belong to a value: six groups of digits, as telephone numbers have, and three words, as "12 de marzo" has.
BEHIND = re.compile(r"(?:[ \t]+[(+]?\d\S{0,30}){0,6}(?:[ \t]+\S{1,30}){0,3}")
HAS_SIGN = re.compile(r"\d|@|://|--\w|\w[._]\w|/\w")
# So much of a sentence is looked at for what belongs to a value, and so many of its words, as may stand behind one.
BEFORE = 120
WORDS_BEFORE = 9


class ValueGate:
    """Words pass as soon as they are whole. One with a value waits for those that may belong to it.

    A value that neither a source nor the question has is withheld, and the rest of its sentence with it.
    What is shown is what the text has, in its order; how the text was cut into deltas changes nothing.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._unread = list(texts)
        self._read: frozenset[Meaning] = frozenset()
        self._waiting = ""
        self._sentence = ""
        self._words: deque[str] = deque(maxlen=WORDS_BEFORE)
        self._withholds = False

    def add(self, texts: Iterable[str]) -> None:
        """More that may be said from now on: what tools have found."""
        self._unread += texts

    @property
    def _offers(self) -> frozenset[Meaning]:
        """The values there are. Texts are read when the first value comes: a model is not asked later for that."""
        if self._unread:
            self._read |= offered(self._unread)
            self._unread = []
        return self._read

    def feed(self, delta: str) -> str:
        """What may be shown now."""
        self._waiting += delta
        return self._pass(ended=False)

    def close(self) -> str:
        """What was held back and may be shown."""
        shown = self._pass(ended=True)
        space, self._waiting = self._waiting, ""
        return shown + ("" if self._withholds else space)

    def _pass(self, *, ended: bool) -> str:
        shown, position = "", 0
        while token := self._next(position, ended=ended):
            behind = self._behind(token, ended=ended)
            if behind is None:
                break
            self._begin(token)
            if not self._withholds and behind and self._is_unknown(token[0], behind):
                self._withholds = True
            shown += "" if self._withholds else token[0]
            self._sentence = (self._sentence + token[0])[-BEFORE:]
            self._words.append(token[0])
            position = token.end()
        self._waiting = self._waiting[position:]
        return shown

    def _next(self, position: int, *, ended: bool) -> re.Match[str] | None:
        """The next word or citation, once it is whole."""
        token = TOKEN.match(self._waiting, position)
        if ended or token is None:
            return token
        if token["cites"]:
            return token
        is_open = token.end() == len(self._waiting) or UNFINISHED.match(self._waiting, position)
        return None if is_open else token

    def _behind(self, token: re.Match[str], *, ended: bool) -> str | None:
        """What follows a word with a value, "" for a word without one, None if it did not come yet."""
        if token["cites"] or not _may_have_value(token[0]):
            return ""
        found = BEHIND.match(self._waiting, token.end())
        behind = found[0] if found else ""
        rest = self._waiting[token.end() + len(behind) :]
        # "29日" is no "March 29": what stands right behind belongs to it, though it is a word of its own.
        glued = rest[:1].strip() or " "
        return behind + glued if rest.lstrip(" \t") or ended else None

    def _begin(self, token: re.Match[str]) -> None:
        """A new line begins a sentence, and so does a word behind one that has ended; citations belong to it."""
        if "\n" in token[0]:
            self._begin_with("")
        elif not token["cites"] and self._has_ended(token[0]):
            # Not at the beginning of a line, where a number could count list items.
            self._begin_with(". ")

    def _begin_with(self, text: str) -> None:
        self._sentence, self._withholds = text, False
        self._words.clear()
        self._words.append(text)

    def _has_ended(self, following: str) -> bool:
        before = MARKER.sub("", self._sentence).rstrip()
        ended = CLOSED.search(before) and (following[0].isspace() or before[-1] in "。！？")
        return bool(ended) and ends_sentence(before, following.lstrip())

    def _is_unknown(self, word: str, behind: str) -> bool:
        before = "".join(self._words)[-BEFORE:]
        start, end = len(before), len(before + word)
        found = values(before + word + behind, until=end)
        found = [value for value in found if value.start < end and value.end > start and not _may_follow(value)]
        return any(not value.is_in(self._offers) for value in found)


def _may_follow(value: Value) -> bool:
    """Whether it is a word for so few that they may be told one by one yet: "two plans: Team and Business"."""
    return value.counts and min(value.numbers) <= FEW


def _may_have_value(word: str) -> bool:
    plain = word.strip(' \t\n*_.,;:!?()"“”').lower()
    is_number = plain in NUMBER_WORDS and plain not in ARTICLES
    return is_number or bool(HAS_SIGN.search(word) or KEYS.search(plain))
