"""Long questions cut into what they ask. Pure.

Somebody who tells a story asks one thing in it; the vector of the whole story is near to nothing in particular.
"""

import re

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
FEWEST_WORDS = 4
MOST_PARTS = 6


def parts_of(question: str) -> list[str]:
    """Its sentences, if there are several that say something. When there are many, those that ask and the longest, in
    their order: a story is long and its question short."""
    sentences = [sentence.strip() for sentence in SENTENCE_END.split(question)]
    telling = list(dict.fromkeys(sentence for sentence in sentences if len(sentence.split()) >= FEWEST_WORDS))
    if len(telling) < 2:
        return []
    chosen = sorted(telling, key=lambda sentence: (sentence.endswith("?"), len(sentence)), reverse=True)[:MOST_PARTS]
    return [sentence for sentence in telling if sentence in chosen]
