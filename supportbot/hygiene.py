"""Only characters a reader can see, for every text that comes in, goes to a model or is shown. Pure.

What shows nothing, or reorders what is shown, hides instructions from whoever checks a text and carries
data past whoever reads an answer. It is taken out. Overrides of the writing direction become ``�``, since
the text around them was made to be read in two ways. Joiners and variation selectors stay where a script
or an emoji needs them.
"""

import re

# Controls (C0 without tab and newline, DEL, C1) and the halves of surrogate pairs, which cannot be stored.
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
# Soft hyphen, grapheme joiner, fillers, zero widths, direction marks, invisible operators, the byte order
# mark, interlinear and musical marks, the tag characters that repeat ASCII, and variation selectors beyond emoji.
HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202c\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNWANTED = re.compile(f"[{CONTROLS}{HIDDEN}]")
LINE_END = re.compile("\r\n?|[\u2028\u2029]")
OVERRIDE = re.compile("[\u202d\u202e]")

EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Arabic, Syriac, N'Ko, the Brahmic scripts up to Khmer, Mongolian: where a joiner changes the letters beside it.
JOINING = "\u0620-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u17d3\u1820-\u18aa"
NON_JOINER, JOINER, TEXT_STYLE, EMOJI_STYLE = "\u200c", "\u200d", "\ufe0e", "\ufe0f"
CONTEXTUAL = re.compile(f"[{NON_JOINER}{JOINER}{TEXT_STYLE}{EMOJI_STYLE}]")
NEEDED = re.compile(
    "|".join(
        (
            f"(?:(?<=[{EMOJI}])|(?<=[{EMOJI}]{EMOJI_STYLE})){JOINER}(?=[{EMOJI}])",
            f"(?<=[{EMOJI}])[{TEXT_STYLE}{EMOJI_STYLE}]",
            f"(?<=[0-9#*]){EMOJI_STYLE}(?=\u20e3)",
            f"(?<=[{JOINING}])[{NON_JOINER}{JOINER}](?=[{JOINING}])",
        )
    )
)
# How far back a joiner looks: an emoji and its style.
BEFORE = 2
# What the next character decides.
UNDECIDED = re.compile(f"(?:{CONTEXTUAL.pattern}+|\r)$")


def clean(text: str) -> str:
    """One kind of line ending, and only characters a reader can see."""
    if text.isascii() and text.isprintable():
        return text
    return _without_strays(_without_hidden(text))


class Cleaner:
    """``clean`` for a text that comes in pieces: however it is cut, the same comes out."""

    def __init__(self) -> None:
        self._before = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What may go on. A character that the next one decides about waits for it."""
        ready = _without_hidden(self._held + piece, ended=False)
        undecided = UNDECIDED.search(ready)
        cut = undecided.start() if undecided else len(ready)
        self._held = ready[cut:]
        return self._cleaned(ready[:cut], ahead=self._held)

    def close(self) -> str:
        rest, self._held = LINE_END.sub("\n", self._held), ""
        return self._cleaned(rest)

    def _cleaned(self, ready: str, ahead: str = "") -> str:
        before, window = len(self._before), self._before + ready + ahead
        self._before = (self._before + ready)[-BEFORE:]
        return _without_strays(window, before, before + len(ready))


def _without_hidden(text: str, *, ended: bool = True) -> str:
    if not ended and text.endswith("\r"):
        return _without_hidden(text[:-1]) + "\r"
    text = LINE_END.sub("\n", text)
    return OVERRIDE.sub("\ufffd", UNWANTED.sub("", text))


def _without_strays(text: str, start: int = 0, end: int | None = None) -> str:
    """The part of ``text`` between the two, judged by what stands around it."""
    end = len(text) if end is None else end
    strays = [match.start() for match in CONTEXTUAL.finditer(text, start, end) if not NEEDED.match(text, match.start())]
    edges = [start, *(edge for stray in strays for edge in (stray, stray + 1)), end]
    return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
