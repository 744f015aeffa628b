"""What an answer says, fact by fact. Pure. Another system's answer is data like any other: nothing in it is obeyed."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.path import CompoundJSONPath, JSONPath

from accounts.connectors.base import FactPath
from accounts.masking import mask_secrets
from accounts.wording import date, money
from supportbot.outbound.errors import SourceError

LONGEST = 300
CODE = re.compile(r"[A-Z]{3}")
# Both take patterns, which some texts make endless.
PATTERNS = re.compile(r"\b(?:match|search)\s*\(")
BLANK = re.compile(r"\s+")
DAY = re.compile(r"[\dW-]{7,10}")
EPOCH_IN_MS = 10**11
LARGEST = 10**15

_paths = JSONPathEnvironment(strict=True)


def path_problem(path: str) -> str:
    """Why it is no path that can be used, or nothing."""
    if PATTERNS.search(path):
        return "Patterns (match, search) are not used here."
    try:
        compiled(path)
    except (JSONPathError, ValueError, RecursionError):
        return "This is no JSONPath. An example: $.data[0].amount_due"
    return ""


@lru_cache(maxsize=512)
def compiled(path: str) -> JSONPath | CompoundJSONPath:
    return _paths.compile(path)


def parsed(answer: bytes) -> Any:
    """Raises SourceError for what is no JSON."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise SourceError("What it answered is no JSON.") from None


def said(document: Any, facts: Sequence[FactPath], time_zone: str = "") -> str:
    """The facts that the answer has, a sentence each: "Next invoice: €29.00." Nothing where there are none."""
    found = ((fact.name, value_of(document, fact, time_zone)) for fact in facts)
    return " ".join(f"{name}: {value}." for name, value in found if value)


def value_of(document: Any, fact: FactPath, time_zone: str) -> str:
    """In words; empty for what is not there, or not what it should be."""
    value = first(document, fact.path)
    match fact.kind:
        case "money":
            return _money(value, currency_of(document, fact))
        case "date":
            return _date(value, time_zone)
        case "number":
            return f"{value:,}" if _is_number(value) else ""
    return _text(value)


def first(document: Any, path: str) -> Any:
    try:
        match = compiled(path).match(document)
    except (JSONPathError, RecursionError):
        return None
    return match.obj if match else None


def currency_of(document: Any, fact: FactPath) -> str:
    written = fact.currency if CODE.fullmatch(fact.currency) else first(document, fact.currency)
    return written.upper() if isinstance(written, str) else ""


def _money(value: Any, currency: str) -> str:
    return money(value, currency) if _is_number(value) and isinstance(value, int) and CODE.fullmatch(currency) else ""


def _date(value: Any, time_zone: str) -> str:
    """ISO 8601, or seconds or milliseconds since 1970. A day without a time is that day everywhere."""
    try:
        if _is_number(value):
            moment = datetime.fromtimestamp(value / 1000 if abs(value) >= EPOCH_IN_MS else value, UTC)
        else:
            moment = datetime.fromisoformat(value)
        is_day = isinstance(value, str) and DAY.fullmatch(value)
        return date(moment if moment.tzinfo else moment.replace(tzinfo=UTC), "" if is_day else time_zone)
    except (ValueError, TypeError, OverflowError, OSError):  # the first and the last day are in no other time zone
        return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int | float):
        return ""
    printable = "".join(filter(str.isprintable, BLANK.sub(" ", str(value))))
    text = mask_secrets(printable.strip())
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
