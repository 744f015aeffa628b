"""The one way from what a model writes to what a customer is shown, as it streams. Pure.

Hidden characters go first, then values that no source has, then links; the numbers that remain are the
reader's. The order matters: what is withheld is not cited, and nothing hidden can break up a number.
"""

from collections.abc import Iterable, Sequence

from chat.citations import CitationWriter
from chat.grounding import ValueGate
from chat.hygiene import Cleaner
from chat.records import Cited, Source


class OutgoingText:
    """``written`` is all that the model wrote, with the prompt's numbers: what is checked once it is whole.

    ``text`` is what was shown of it so far. ``also`` is what else may be repeated: the question, the day.
    """

    def __init__(self, sources: Sequence[Source], *, also: Iterable[str] = ()) -> None:
        self.written = ""
        self._cleaner = Cleaner()
        self._gate = ValueGate([*map(citable_text, sources), *also])
        self._citing = CitationWriter(sources)

    def add(self, sources: Sequence[Source]) -> None:
        """What tools have found: it may be said and cited from now on."""
        self._gate.add(map(citable_text, sources))
        self._citing.add(sources)

    def feed(self, delta: str) -> str:
        """What may be shown now."""
        cleaned = self._cleaner.feed(delta)
        self.written += cleaned
        return self._citing.feed(self._gate.feed(cleaned))

    def close(self) -> str:
        """What was held back. The text is whole, or nothing more of it will come."""
        cleaned = self._cleaner.close()
        self.written += cleaned
        rest = self._gate.feed(cleaned) + self._gate.close()
        return self._citing.feed(rest) + self._citing.close()

    @property
    def text(self) -> str:
        return self._citing.text

    @property
    def unknown(self) -> bool:
        """Whether the model said that the sources do not answer."""
        return self._citing.unknown

    @property
    def citations(self) -> tuple[Cited, ...]:
        return self._citing.citations


def citable_text(source: Source) -> str:
    """All that the prompt says of a source, and so all that an answer may say of it."""
    as_of = f"{source.as_of:%Y-%m-%d %H:%M}" if source.as_of else ""
    return f"{source.title}\n{source.text}\n{as_of}".strip()
