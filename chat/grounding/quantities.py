"""What a number means with the words behind it: a length of time, an amount and what it is paid for. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal

from chat.grounding import vocabulary as words

# One reading of a value: ("EUR", 1200), ("date", 2026, 3, 12), ("id", "e4012").
Meaning = tuple[object, ...]

BEHIND = re.compile(r"[*_]{0,3}[ \n-]?[*_]{0,3}([%€$£¥₹]|[^\W\d_]+)")
FREE: Meaning = ("free",)

_PER = r"(?:[ \t]?/[ \t]?|[ \t](?:per|an?|each|every|pro|je|im|jeden?|par|por|al|cada|chaque)[ \t])"
_PERIODS = {"mo": "month", "yr": "year", "p.a": "year", **words.UNITS}
_ADVERBS = {
    **dict.fromkeys(("daily", "täglich"), "day"),
    **dict.fromkeys(("weekly", "wöchentlich"), "week"),
    **dict.fromkeys(("monthly", "monatlich"), "month"),
    **dict.fromkeys(("yearly", "annually", "jährlich"), "year"),
}
_ONE = rf"(?P<unit>{'|'.join(sorted(map(re.escape, _PERIODS), key=len, reverse=True))})"
# "€5 per seat per month". "€29 a month ago" and "29 € im Jahr 2025" say when.
PERIOD = re.compile(
    rf"[*_]{{0,3}}(?:(?:{_PER}(?!{_ONE.replace('?P<unit>', '?:')}(?!\w))\w{{1,15}},?)?{_PER}{_ONE}"
    rf"|[ \t](?P<adverb>{'|'.join(_ADVERBS)}))(?!\w)(?![ \t]+(?:ago|later|earlier|before|after|\d))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Value:
    """One value of a text. ``means`` are its readings; ``offers`` is what a source that has it also says.

    ``numbers`` and ``unit`` serve tables, where the cell has the number and the header the unit. ``counts`` says that
    it is a word which may number what the text itself goes on to tell.
    """

    start: int
    end: int
    means: frozenset[Meaning]
    offers: frozenset[Meaning]
    numbers: frozenset[Decimal] = frozenset()
    unit: str = ""
    counts: bool = False

    def is_in(self, said: frozenset[Meaning]) -> bool:
        """Whether it is in the texts that ``said`` was offered by."""
        if not self.means.isdisjoint(said):
            return True
        return ("unit", self.unit) in said and any(("n", number) in said for number in self.numbers)


def measured(text: str, end: int, numbers: frozenset[Decimal], letters: str) -> tuple[frozenset[Decimal], str, int]:
    """The numbers with the words behind them: a multiplier, adjectives, a unit."""
    if letters in words.SHORT_UNITS:
        return numbers, words.SHORT_UNITS[letters], end + len(letters)
    if letters == "M" or letters.lower() in words.SUFFIXES:
        factor, end = 10**6 if letters == "M" else 1, end + len(letters)
        numbers = frozenset(number * factor for number in numbers)
    unit_end = end
    for _ in range(3):
        behind = BEHIND.match(text, unit_end)
        word = behind[1].lower() if behind else ""
        if behind is None or not word:
            break
        unit_end = behind.end()
        if word in words.MULTIPLIERS:
            numbers, end = frozenset(number * words.MULTIPLIERS[word] for number in numbers), unit_end
        elif word in words.MEASURES:
            return numbers, words.MEASURES[word], unit_end
        elif words.PERCENT_PAIRS.get(word) == word_at(text, unit_end):
            return numbers, "%", unit_end + 1 + len(words.PERCENT_PAIRS[word])
        elif word not in words.ADJECTIVES:
            break
    return numbers, "", end


def word_at(text: str, end: int) -> str:
    behind = BEHIND.match(text, end)
    return behind[1].lower() if behind else ""


def period_at(text: str, end: int) -> str:
    """What an amount that ends there is paid for: "month" behind "€29", where it says "per month"."""
    period = PERIOD.match(text, end)
    if period is None:
        return ""
    return _ADVERBS[period["adverb"].lower()] if period["adverb"] else _PERIODS[period["unit"].lower()]


def plain(numbers: frozenset[Decimal]) -> frozenset[Meaning]:
    return frozenset((kind, number) for number in numbers for kind in ("n", "any"))


def quantity(
    start: int, end: int, numbers: frozenset[Decimal], unit: str, written: str = "", period: str = ""
) -> Value:
    if not unit:
        means: frozenset[Meaning] = frozenset(("any", number) for number in numbers)
        version: frozenset[Meaning] = frozenset({("version", written)} if "." in written else ())
        return Value(start, end, means | version, plain(numbers) | version, numbers)
    base, factor = words.LENGTHS.get(unit, (unit, 1))
    means = frozenset((base, number * factor) for number in numbers)
    offers = means | {("any", number) for number in numbers} | {("unit", unit)}
    if unit in words.CURRENCIES.values():
        return _amount(start, end, Value(start, end, means, offers, numbers, unit), period)
    return Value(start, end, means, offers, numbers, unit)


def _amount(start: int, end: int, value: Value, period: str) -> Value:
    """Where a source says per what it is, it is for nothing else; where it does not, it may be for anything."""
    nothing = {FREE} if Decimal(0) in value.numbers else set()
    means = frozenset((*each, "per", period) for each in value.means)
    whatever = frozenset((*each, "per", "") for each in value.means)
    offers = value.offers | nothing | (means if period else whatever)
    return Value(start, end, (means | whatever if period else value.means) | nothing, offers, value.numbers, value.unit)
