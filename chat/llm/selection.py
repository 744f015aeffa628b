"""Which pieces of a few passages to quote in little room. Pure.

The best go first, each for what it is worth by its length, and what continues a quote before what begins another.
What makes no sense alone is taken along: the steps around a step, what a sentence that ends in a colon introduces.
"""

from collections.abc import Sequence
from itertools import pairwise

from chat.llm.extraction import Piece, quoted
from chat.records import Source

MOST_QUOTES = 4
# A piece that is worth less than this share of the best one would only fill the room.
CLOSE_TO_BEST = 0.6
# How much a piece may score less and still be taken, because it goes on where another ends.
CONTINUES = 0.1
# A longer piece is likelier to say it, and takes the room of others: by this little it must be better.
LENGTH_EXPONENT, LENGTH_OFFSET = 0.15, 10
# The steps of a longer list are taken one by one.
MOST_WORDS_OF_STEPS = 70


def chosen(pieces: Sequence[Piece], scores: Sequence[float], sources: Sequence[Source], room: int) -> list[Piece]:
    """In the order in which they stand. They are quoted in at most ``room`` words."""
    taken: set[int] = set()
    floor = CLOSE_TO_BEST * max(scores, default=0.0)
    left = {number for number, score in enumerate(scores) if score >= floor}
    while left:
        best = max(left, key=lambda number: _value(number, pieces, scores, taken))
        left.discard(best)
        alone = set() if pieces[best].introduces else {best}
        for wanted in (taken | _company(best, pieces), taken | alone):
            if _fits(wanted, pieces, sources, room):
                taken = wanted
                left -= taken
                break
    return [pieces[number] for number in sorted(taken)]


def _value(number: int, pieces: Sequence[Piece], scores: Sequence[float], taken: set[int]) -> float:
    continues = any(_are_neighbours(number, other, pieces) for other in (number - 1, number + 1) if other in taken)
    length: float = (pieces[number].words + LENGTH_OFFSET) ** LENGTH_EXPONENT
    return (scores[number] + CONTINUES * continues) / length


def _are_neighbours(one: int, other: int, pieces: Sequence[Piece]) -> bool:
    first, second = sorted((one, other))
    return pieces[first].is_followed_by(pieces[second])


def _company(number: int, pieces: Sequence[Piece]) -> set[int]:
    """The piece with those it needs to be understood."""
    piece = pieces[number]
    needed = {number}
    if piece.is_step:
        steps = {
            other for other, each in enumerate(pieces) if (each.passage, each.block) == (piece.passage, piece.block)
        }
        if sum(pieces[step].words for step in steps) <= MOST_WORDS_OF_STEPS:
            needed |= steps
    before, after = min(needed) - 1, number + 1
    if before >= 0 and pieces[before].introduces and _are_neighbours(before, before + 1, pieces):
        needed.add(before)
    if piece.introduces and after < len(pieces) and _are_neighbours(number, after, pieces):
        needed |= {after} | _company(after, pieces) if not pieces[after].introduces else {after}
    return needed


def _fits(wanted: set[int], pieces: Sequence[Piece], sources: Sequence[Source], room: int) -> bool:
    ordered = [pieces[number] for number in sorted(wanted)]
    quotes = 1 + sum(not before.is_followed_by(after) for before, after in pairwise(ordered))
    words = sum(len(text.split()) for text in quoted(ordered, sources))
    return words <= room and quotes <= MOST_QUOTES
