"""What can be checked in a text: its numbers, amounts, dates, times, versions, names from code, addresses. Pure.

Values are compared by what they mean: "€1,200.00" is "1200 EUR", "two weeks" are 14 days, "12 March" is
2026-03-12. Where a notation has two meanings, as 03/04/2026 and 1.200 have, either will do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from chat.citations import MARKER
from chat.grounding import vocabulary as words
from chat.grounding.dates import date_at, time_at, word_before
from chat.grounding.numerals import NUMERAL, readings
from chat.grounding.verbatim import LINK_TARGET, verbatim

# One reading of a value: ("EUR", 1200), ("date", 2026, 3, 12), ("id", "e4012").
Meaning = tuple[object, ...]

# One character each, so that every value keeps its place.
SAME_AS = {"\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "\u2212": "-"}
COUNTER = re.compile(r"^[ \t>]*\d{1,3}[.)](?=\s)", re.MULTILINE)
DIGIT = re.compile(r"\d")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?|[%€$£¥₹]")
BEHIND = re.compile(r"[*_]{0,3}[ \n-]?[*_]{0,3}([%€$£¥₹]|[^\W\d_]+)")
# What names are made of. Scripts without spaces stand right beside a number and are no part of it.
NAME = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
LETTERS = re.compile(rf"(?:(?![\d_]){NAME})*")
NAME_BEFORE = re.compile(rf"(?![\d_]){NAME}(?:{NAME}|-)*$|_$")
NAME_BEHIND = re.compile(rf"(?:(?:{NAME}|-)*{NAME})?")
VERSION = re.compile(r"\d+(?:\.\d+)*(?:[-.]?(?:rc|beta|alpha)\.?\d*)?")
BETWEEN = re.compile(r"[*_ ]*(?:[-–—/]|to|bis|à|a|and|und|et|y|or|oder|ou|o|through|until)[*_ ]*[€$£]?")


@dataclass(frozen=True)
class Value:
    """One value of a text. ``means`` are its readings; ``offers`` is what a source that has it also says.

    ``numbers`` and ``unit`` serve tables, where the cell has the number and the header the unit.
    """

    start: int
    end: int
    means: frozenset[Meaning]
    offers: frozenset[Meaning]
    numbers: frozenset[Decimal] = frozenset()
    unit: str = ""

    def is_in(self, said: frozenset[Meaning]) -> bool:
        """Whether it is in the texts that ``said`` was offered by."""
        if not self.means.isdisjoint(said):
            return True
        return ("unit", self.unit) in said and any(("n", number) in said for number in self.numbers)


def values(text: str, until: int | None = None) -> list[Value]:
    """What ``text`` claims, in its order. The numbers of citations, list items and steps claim nothing.

    Of what begins at ``until`` or later only the first number is read, which may lend its unit to the one before.
    """
    until = len(text) if until is None else until
    for pattern in (MARKER, COUNTER, LINK_TARGET):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    found = [*_found(text, until), *_number_words(text)]
    return sorted((value for value in found if value.means), key=lambda value: value.start)


def offered(texts: Iterable[str]) -> frozenset[Meaning]:
    """Everything a value may mean that shall occur in one of ``texts``."""
    said: set[Meaning] = set()
    for text in texts:
        for value in _found(text, len(text)):
            said |= value.offers
        said |= _offered_in_words(WORD.findall(text.lower()))
    return frozenset(said)


def _offered_in_words(said: list[str]) -> set[Meaning]:
    """Number words with or without a unit, units without a number, and articles: "a week" is one week."""
    meanings: set[Meaning] = {("unit", words.MEASURES[word]) for word in words.MEASURES.keys() & said}
    for position, word in enumerate(said):
        number = words.NUMBER_WORDS.get(word, 1 if word in words.ARTICLES else 0)
        if not number:
            continue
        numbers = frozenset({Decimal(number)})
        meanings |= _plain(numbers) if word in words.NUMBER_WORDS else set()
        near = said[position + 1 : position + 3]
        unit = next((words.MEASURES[word] for word in near if word in words.MEASURES), "")
        meanings |= _quantity(0, 0, numbers, unit).offers if unit else set()
    return meanings


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
        return Value(start, end, means, means | _plain(numbers))
    numbers, unit, end = _measured(text, end, numbers, letters)
    start -= text[start - 1 : start] in words.CURRENCY_SIGNS
    return _quantity(start, end, numbers, unit or words.CURRENCIES.get(left, ""), numeral[0])


def _is_suffix(letters: str) -> bool:
    lower = letters.lower()
    return (
        lower in words.SUFFIXES
        or lower in words.MULTIPLIERS
        or lower in words.MEASURES
        or (letters in words.SHORT_UNITS or letters == "M")
    )


def _measured(text: str, end: int, numbers: frozenset[Decimal], letters: str) -> tuple[frozenset[Decimal], str, int]:
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
        elif words.PERCENT_PAIRS.get(word) == _word_at(text, unit_end):
            return numbers, "%", unit_end + 1 + len(words.PERCENT_PAIRS[word])
        elif word not in words.ADJECTIVES:
            break
    return numbers, "", end


def _word_at(text: str, end: int) -> str:
    behind = BEHIND.match(text, end)
    return behind[1].lower() if behind else ""


def _plain(numbers: frozenset[Decimal]) -> frozenset[Meaning]:
    return frozenset((kind, number) for number in numbers for kind in ("n", "any"))


def _quantity(start: int, end: int, numbers: frozenset[Decimal], unit: str, written: str = "") -> Value:
    if not unit:
        means: frozenset[Meaning] = frozenset(("any", number) for number in numbers)
        version: frozenset[Meaning] = frozenset({("version", written)} if "." in written else ())
        return Value(start, end, means | version, _plain(numbers) | version, numbers)
    base, factor = words.LENGTHS.get(unit, (unit, 1))
    means = frozenset((base, number * factor) for number in numbers)
    offers = means | {("any", number) for number in numbers} | {("unit", unit)}
    return Value(start, end, means, offers, numbers, unit)


def _version(written: str, start: int, end: int, numbers: frozenset[Decimal] = frozenset()) -> Value:
    means: frozenset[Meaning] = frozenset({("version", written.lower())})
    return Value(start, end, means, means | _plain(numbers))


def _as_ranges(text: str, found: list[Value]) -> list[Value]:
    """In "5 to 10 days" and "€5–10" the unit is that of both."""
    for index in range(len(found) - 1, 0, -1):
        one, two = found[index - 1], found[index]
        if (one.unit == "") == (two.unit == "") or not (one.numbers and two.numbers):
            continue
        if BETWEEN.fullmatch(text, one.end, two.start):
            unit = one.unit or two.unit
            bare = index - 1 if not one.unit else index
            found[bare] = _quantity(found[bare].start, found[bare].end, found[bare].numbers, unit)
    return found


def _number_words(text: str) -> Iterator[Value]:
    """Those with a unit behind them. Articles claim nothing: "€29 a month"."""
    for match in WORD.finditer(text):
        word = match[0].lower()
        if word not in words.NUMBER_WORDS or word in words.ARTICLES:
            continue
        numbers, unit, end = _measured(text, match.end(), frozenset({Decimal(words.NUMBER_WORDS[word])}), "")
        if unit:
            yield _quantity(match.start(), end, numbers, unit)
