"""Spelling help for questions, against the words the searched documents use. Pure.

A question is never only replaced by its correction: both are searched, because a word that no document has may
also be right and simply not there.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tokenizers import Tokenizer

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 4
# From this length on two slips are still the same word; before it they make another one.
TWO_SLIPS_FROM = 8
# A word that stands in a single passage may be a slip itself.
FEWEST_PASSAGES = 2
# Each costs a look at all words with its first letter. A text with more of them is in another language, or no text.
MOST_UNKNOWN_WORDS = 10
ENGLISH = Path(__file__).parents[1] / "embedders" / "minilm_tokenizer.json"

# (word, in how many passages)
Words = Sequence[tuple[str, int]]


def corrected(text: str, is_known: Callable[[str], bool], beginning_with: Callable[[str], Words]) -> str:
    """The text with unknown words replaced by the nearest word of the documents, where there is one.

    ``is_known`` is asked with lower-case words; ``beginning_with`` gives the documents' words with this first
    letter: people rarely slip on the first one.
    """
    left = MOST_UNKNOWN_WORDS

    def replacement(match: re.Match[str]) -> str:
        nonlocal left
        word = match[0].lower()
        # A capital inside a sentence is a name, which nobody here can judge.
        is_name = not match[0].islower() and match.start() > 0
        if left == 0 or len(word) < SHORTEST or is_name or word in english() or is_known(word):
            return match[0]
        left -= 1
        return nearest_word(word, beginning_with(word[0])) or match[0]

    return WORD.sub(replacement, text)


def nearest_word(word: str, candidates: Words) -> str | None:
    """Fewest slips first, then the most common. Swapped neighbours are one slip."""
    most = 2 if len(word) >= TWO_SLIPS_FROM else 1
    common = {candidate: passages for candidate, passages in candidates if passages >= FEWEST_PASSAGES}
    near = process.extract(word, common.keys(), scorer=OSA.distance, score_cutoff=most, limit=None)
    best = min(near, key=lambda found: (found[1], -common[found[0]], found[0]), default=None)
    return best[0] if best else None


@cache
def english() -> frozenset[str]:
    """Common English words: those the vocabulary of the embedded model has whole."""
    vocabulary = Tokenizer.from_file(str(ENGLISH)).get_vocab()
    return frozenset(word for word in vocabulary if word.isalpha())
