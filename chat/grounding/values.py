"""What can be checked in a text: its numbers, amounts, dates, times, versions, names from code, addresses. Pure.

Values are compared by what they mean: "€1,200.00" is "1200 EUR", "two weeks" are 14 days, "12 March" is
2026-03-12. Where a notation has two meanings, as 03/04/2026 and 1.200 have, either will do.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from chat.citations import MARKER
from chat.grounding import vocabulary as words
from chat.grounding.dates import date_at, time_at, word_before
from chat.grounding.numerals import NUMERAL, readings
from chat.grounding.quantities import Meaning, Value, measured, period_at, plain, quantity
from chat.grounding.spoken import offered_in_words, spoken
from chat.grounding.terms import offered_terms, terms
from chat.grounding.verbatim import LINK_TARGET, verbatim

# One character each, so that every value keeps its place.
SAME_AS = {"\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "\u2212": "-"}
COUNTER = re.compile(r"^[ \t>]*\d{1,3}[.)](?=\s)", re.MULTILINE)
DIGIT = re.compile(r"\d")
# What names are made of. Scripts without spaces stand right beside a number and are no part of it.
NAME = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
LETTERS = re.compile(rf"(?:(?![\d_]){NAME})*")
NAME_BEFORE = re.compile(rf"(?![\d_]){NAME}(?:{NAME}|-)*$|_$")
NAME_BEHIND = re.compile(rf"(?:(?:{NAME}|-)*{NAME})?")
VERSION = re.compile(r"\d+(?:\.\d+)*(?:[-.]?(?:rc|beta|alpha)\.?\d*)?")
BETWEEN = re.compile(r"[*_ ]*(?:[-–—/]|to|bis|à|a|and|und|et|y|or|oder|ou|o|through|until)[*_ ]*[€$£]?")


def values(text: str, until: int | None = None) -> list[Value]:
    """What ``text`` claims, in its order. The numbers of citations, list items and steps claim nothing.

    Of what begins at ``until`` or later only the first number is read, which may lend its unit to the one before.
    """
    until = len(text) if until is None else until
    for pattern in (MARKER, COUNTER, LINK_TARGET):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    found = [*_found(text, until), *spoken(text), *terms(text)]
    return sorted((value for value in found if value.means), key=lambda value: value.start)


def offered(texts: Iterable[str]) -> frozenset[Meaning]:
    """Everything a value may mean that shall occur in one of ``texts``."""
    said: set[Meaning] = set()
    for text in texts:
        for value in _found(text, len(text)):
            said |= value.offers
        said |= offered_in_words(text) | offered_terms(text)
    return frozenset(said)


def _found(text: str, until: int) -> list[Value]:
    for written, meant in SAME_AS.items():
        text = text.replace(written, meant)
    found = []
    for start, end, names in verbatim(text):
        alone = names[0][1] == names[-1][1]
        found.append(Value(start, end, frozenset(names if alone else names[:1]), frozenset(names)))
    for value in found:
        text = text[: value.start] + "\0" * (value.end - value.start) + text[value.end :]
    return [*found, *_as_ranges(text, list(_numbers(text, until)))]


def _numbers(text: str, until: int) -> Iterator[Value]:
    position = 0
    while position <= until and (digit := DIGIT.search(text, position)):
        value = _value_at(text, digit.start())
        yield value
        position = max(value.end, digit.end())


def _value_at(text: str, start: int) -> Value:
    glued = start > 0 and (text[start - 1].isalpha() or text[start - 1] in "-_")
    if glued and (name := NAME_BEFORE.search(text, max(0, start - 40), start)):
        return _named(text, name, start)
    if read := date_at(text, start) or time_at(text, start):
        means, offers, end = read
        return Value(start, end, means, offers)
    return _number_at(text, start)


def _named(text: str, name: re.Match[str], start: int) -> Value:
    """Letters and digits in one word: an identifier, a version, or an amount behind its currency."""
    prefix = name[0].lower()
    if prefix in words.CURRENCIES:
        return _number_at(text, start)
    if prefix == "v" and (version := VERSION.match(text, start)):
        return _version(version[0], start, version.end())
    behind = NAME_BEHIND.match(text, start)
    end = behind.end() if behind else start + 1
    means: set[Meaning] = {("id", text[name.start() : end].lower())}
    if prefix.endswith("-") and prefix == name[0] and text[start:end].isdigit():
        means.add(("any", Decimal(text[start:end])))  # "mid-2026" is a word with a number, "ORD-2026" a name
    return Value(name.start(), end, frozenset(means), frozenset(means))


def _number_at(text: str, start: int) -> Value:
    numeral = NUMERAL.match(text, start)
    if numeral is None:  # a digit of another script
        return Value(start, start + 1, frozenset(), frozenset())
    left = word_before(text, start).lower()
    if left in words.COUNTED_PARTS:
        return Value(start, numeral.end(), frozenset(), frozenset())
    numbers = readings(numeral[0])
    if left in words.VERSION_WORDS or not numbers:
        return _version(numeral[0], start, numeral.end(), numbers)
    end = numeral.end()
    glued = LETTERS.match(text, end)
    letters = glued[0] if glued else ""
    if letters and not _is_suffix(letters):
        behind = NAME_BEHIND.match(text, end)
        end = behind.end() if behind else end
        means: frozenset[Meaning] = frozenset({("id", text[start:end].lower())})
        return Value(start, end, means, means | plain(numbers))
    numbers, unit, end = measured(text, end, numbers, letters)
    start -= text[start - 1 : start] in words.CURRENCY_SIGNS
    return quantity(start, end, numbers, unit or words.CURRENCIES.get(left, ""), numeral[0], period_at(text, end))


def _is_suffix(letters: str) -> bool:
    lower = letters.lower()
    return (
        lower in words.SUFFIXES
        or lower in words.MULTIPLIERS
        or lower in words.MEASURES
        or (letters in words.SHORT_UNITS or letters == "M")
    )


def _version(written: str, start: int, end: int, numbers: frozenset[Decimal] = frozenset()) -> Value:
    means: frozenset[Meaning] = frozenset({("version", written.lower())})
    return Value(start, end, means, means | plain(numbers))


def _as_ranges(text: str, found: list[Value]) -> list[Value]:
    """In "5 to 10 days" and "€5–10" the unit is that of both."""
    for index in range(len(found) - 1, 0, -1):
        one, two = found[index - 1], found[index]
        if (one.unit == "") == (two.unit == "") or not (one.numbers and two.numbers):
            continue
        if BETWEEN.fullmatch(text, one.end, two.start):
            unit = one.unit or two.unit
            bare = index - 1 if not one.unit else index
            found[bare] = quantity(found[bare].start, found[bare].end, found[bare].numbers, unit)
    return found
