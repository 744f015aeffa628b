"""Days, months and times of day as they are written in English, German, French and Spanish. Pure."""

import re
from decimal import Decimal

from chat.grounding.vocabulary import ALSO_WORDS, CURRENCY_SIGNS, MONTHS

Meaning = tuple[object, ...]
# What it means, what a source that has it also says, and where it ends.
Read = tuple[frozenset[Meaning], frozenset[Meaning], int]

NUMERIC = re.compile(
    r"(?P<year>\d{4})(?P<a>[-/.])(?P<month>\d{1,2})(?P=a)(?P<day>\d{1,2})(?!\d)"
    r"|(?P<one>\d{1,2})(?P<b>[-/.])(?P<two>\d{1,2})(?P=b)(?P<long>\d{4})(?!\d)"
    r"|(?P<uno>\d{1,2})(?P<c>[/.])(?P<due>\d{1,2})(?P=c)(?P<short>\d{2})(?![\d.])"
    r"|(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?!\d)"
)
DAY_THEN_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?P<dot>\.)?(?:st|nd|rd|th|er|º)?[*_]*[ \n](?:of |de )?(?P<month>[^\W\d_]+)\.?"
    r"(?:,?[ \n](?:de |del )?(?P<year>\d{4})(?!\d))?"
)
AFTER_MONTH = re.compile(r"(?:(?P<year>\d{4})|(?P<day>\d{1,2})(?!\d)(?:st|nd|rd|th)?(?:,? (?P<of>\d{4}))?)(?![^\W_])")
CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2}))?(?::\d{2})?(?:[ ]?(?P<half>[apAP]\.?[mM]\b\.?|Uhr\b))?")


def date_at(text: str, start: int) -> Read | None:
    """The date that begins with the number at ``start``, or has it behind its month."""
    return _numeric(text, start) or _worded(text, start)


def _numeric(text: str, start: int) -> Read | None:
    match = NUMERIC.match(text, start)
    if not match:
        return None
    found = match.groupdict()
    days: list[tuple[int | None, int, int]]
    if found["year"]:
        days = [(int(found["year"]), int(found["month"]), int(found["day"]))]
    elif found["d"]:
        days = [(None, int(found["m"]), int(found["d"]))]
    else:
        one, two = int(found["one"] or found["uno"]), int(found["two"] or found["due"])
        year = int(found["long"] or f"20{found['short']}")
        days = [(year, two, one), (year, one, two)]
    days = [day for day in days if _is_day(*day[1:])]
    if not days:
        return None
    meant = [meanings(*day) for day in days]
    means = frozenset().union(*(means for means, _ in meant))
    if found["d"] or found["short"]:
        # 1.2.26 may be a version, and 10.12. an amount at the end of its sentence.
        means |= {("version", match[0].rstrip("."))}
        number = Decimal(match[0].rstrip(".")) if found["d"] else None
        means |= {("any", number)} if number is not None else set()
    return means, means.union(*(offers for _, offers in meant)), match.end()


def _worded(text: str, start: int) -> Read | None:
    match = DAY_THEN_MONTH.match(text, start)
    if match and (month := month_named(match["month"])) and _is_day(month, int(match["day"])):
        means, offers = meanings(int(match["year"]) if match["year"] else None, month, int(match["day"]))
        if match["dot"]:  # "… is 12. May I ask": the end of a sentence, too
            means |= {("any", Decimal(match["day"]))}
        return means, offers, match.end()
    month = month_named(word_before(text, start))
    match = AFTER_MONTH.match(text, start) if month else None
    if not match or not month:
        return None
    if match["year"]:
        means = frozenset({("month", int(match["year"]), month)})
        return means, means | {("any", Decimal(match["year"]))}, match.end()
    if not _is_day(month, int(match["day"])):
        return None
    means, offers = meanings(int(match["of"]) if match["of"] else None, month, int(match["day"]))
    return means, offers, match.end()


def meanings(year: int | None, month: int, day: int) -> tuple[frozenset[Meaning], frozenset[Meaning]]:
    """Without its year a date agrees with that day of any year, and the other way round."""
    offers: set[Meaning] = {("anyday", month, day), ("any", Decimal(day))}
    if year is None:
        return frozenset({("anyday", month, day)}), frozenset(offers | {("day", month, day)})
    whole = ("date", year, month, day)
    means = frozenset({whole, ("day", month, day)})
    return means, frozenset(offers | {whole, ("month", year, month), ("any", Decimal(year))})


def word_before(text: str, start: int) -> str:
    """The word or the currency sign that stands directly before, on the same line."""
    end = start
    while end > 0 and text[end - 1] in " .*_" and start - end < 4:
        end -= 1
    if text[max(0, end - 1) : end] in CURRENCY_SIGNS:
        return text[max(0, end - 1) : end]
    first = end
    while first > 0 and text[first - 1].isalpha() and end - first < 16:
        first -= 1
    return text[first:end]


def month_named(word: str) -> int | None:
    """Some names of months are words, too: those count with a capital only."""
    name = word.lower()
    return None if name in ALSO_WORDS and word == name and name != "mars" else MONTHS.get(name)


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def time_at(text: str, start: int) -> Read | None:
    """14:30, 14h30, 2:30 pm, 9 am, 9 Uhr."""
    match = CLOCK.match(text, start)
    if not match or not (match["minute"] or match["half"]):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59:
        return None
    means = frozenset({("time", hour % 24, minute)})
    # Without its half of the day 2:30 is either.
    offers = means if half or hour > 12 else means | {("time", (hour + 12) % 24, minute)}
    return offers if not half and match["minute"] else means, offers | {("any", Decimal(match["hour"]))}, match.end()
