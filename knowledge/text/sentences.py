"""Running text by its sentences. Pure."""

import re
from itertools import pairwise

# A Latin sign ends a sentence before a space and what may begin another one.
NARROW_END = r"[.!?][\"”’»)\]*]*(?=\s+[\"“‘„«(\[*¿¡「『（]*(?P<first>[^\W_]))"
# A wide one does by itself. What closes with it belongs to it, and 「はい。」と答えた goes on.
WIDE_CLOSING = r"[」』）】》〉”’\"*]"
WIDE_SIGN = r"(?:[。！？｡]|．(?!\d))"
WIDE_END = rf"(?<!{WIDE_SIGN}){WIDE_SIGN}++(?:{WIDE_CLOSING}++(?![\u3040-\u309f、，])|(?!{WIDE_CLOSING}))"
SENTENCE_END = re.compile(f"{NARROW_END}|{WIDE_END}")
ENDS_WIDE = re.compile(rf"{WIDE_SIGN}{WIDE_CLOSING}*$")


def sentences(text: str) -> list[str]:
    """Line by line, and each line sentence by sentence."""
    return [sentence for line in text.splitlines() for sentence in sentences_of(line)]


def sentences_of(line: str) -> list[str]:
    ends = [end.end() for end in SENTENCE_END.finditer(line) if not (end["first"] or "").islower()]
    parts = (line[start:end].strip() for start, end in pairwise([0, *ends, len(line)]))
    return [part for part in parts if part]


def space_after(sentence: str) -> str:
    """What stands between it and the next one on its line: scripts with wide signs have no spaces."""
    return "" if ENDS_WIDE.search(sentence) else " "
