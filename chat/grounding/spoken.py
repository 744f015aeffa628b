"""Numbers in words: "six seats", "a dozen", "two hundred euros", "a two-week trial". Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal

from chat.grounding import vocabulary as words
from chat.grounding.quantities import Meaning, Value, measured, period_at, plain, quantity

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?|[%€$£¥₹]")
NEXT = re.compile(r"[ \t]{1,3}([^\W\d_]+)")
HALF_A = re.compile(r"\bhalf[ \t]a[ \t]$", re.IGNORECASE)
DOZEN = 12
# "These two", "all three of them": what was told before is counted, or what the text goes on to tell.
POINTS = re.compile(rf"\b(?:{'|'.join(sorted(words.POINTING))})[ \t]{{1,3}}$", re.IGNORECASE)
OF = frozenset(("of", "von", "de"))
# More are no longer spoken of so.
FEW = 3
NEAR = 20


def spoken(text: str) -> Iterator[Value]:
    """What is claimed by them. Articles claim nothing: "€29 a month"."""
    end = 0
    for match in WORD.finditer(text):
        value = _read_at(text, match) if match.start() >= end else None
        if value:
            end = value.end
            if value.unit or _counts_something(text, match, value):
                yield value


def offered_in_words(text: str) -> set[Meaning]:
    """Number words with or without a unit, units without a number, and articles: "a week" is one week."""
    meanings: set[Meaning] = set()
    for match in WORD.finditer(text):
        word = match[0].lower()
        if word in words.MEASURES:
            meanings.add(("unit", words.MEASURES[word]))
        if value := _read_at(text, match):
            meanings |= value.offers | plain(frozenset({Decimal(words.NUMBER_WORDS[_number_word(word)])}))
        if word in words.ARTICLES:
            numbers, unit, end = measured(text, match.end(), frozenset({Decimal(words.NUMBER_WORDS.get(word, 1))}), "")
            meanings |= plain(numbers) if word in words.NUMBER_WORDS else set()
            meanings |= quantity(match.start(), end, numbers, unit).offers if unit else set()
    return meanings


def _read_at(text: str, match: re.Match[str]) -> Value | None:
    word = _number_word(match[0].lower())
    if not word:
        return None
    number, end = _composed(text, words.NUMBER_WORDS[word], match.start() + len(word))
    if number == DOZEN and HALF_A.search(text, max(0, match.start() - NEAR), match.start()):
        number //= 2
    numbers, unit, end = measured(text, end, frozenset({Decimal(number)}), "")
    if unit:
        return quantity(match.start(), end, numbers, unit, period=period_at(text, end))
    return Value(match.start(), end, frozenset(("any", each) for each in numbers), plain(numbers), numbers, counts=True)


def _number_word(word: str) -> str:
    """Itself, or what it begins with: "two-week"."""
    word = word if word in words.NUMBER_WORDS else word.partition("-")[0]
    return word if word in words.NUMBER_WORDS and word not in words.ARTICLES else ""


def _composed(text: str, number: int, end: int) -> tuple[int, int]:
    """ "Twenty nine" is one number."""
    following = NEXT.match(text, end)
    ones = words.NUMBER_WORDS.get(following[1].lower(), 0) if following else 0
    is_ten = 20 <= number < 100 and number % 10 == 0
    return (number + ones, following.end()) if following and is_ten and 0 < ones < 10 else (number, end)


def _counts_something(text: str, match: re.Match[str], value: Value) -> bool:
    """Not the text's own parts ("two ways"), nor what it has told, nor what such a word is a part of ("two-factor")."""
    if match[0].lower() in words.ALSO_NO_NUMBERS or text[value.end : value.end + 1] == "-" or 0 in value.numbers:
        return False
    first = NEXT.match(text, value.end)
    second = NEXT.match(text, first.end()) if first else None
    near = {found[1].lower() for found in (first, second) if found}
    if not near.isdisjoint(words.OWN_PARTS):
        return False
    points = POINTS.search(text, max(0, match.start() - NEAR), match.start()) or (first and first[1].lower() in OF)
    return not (points and min(value.numbers) <= FEW)
