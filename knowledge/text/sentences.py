"""Running text by its sentences. Pure."""

import re

SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]*]*\s+(?=[\"“‘(\[*]*[A-Z0-9])")


def sentences(text: str) -> list[str]:
    """Line by line, and each line sentence by sentence."""
    return [sentence for line in text.splitlines() for sentence in SENTENCE_END.split(line) if sentence.strip()]
