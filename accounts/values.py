"""What single values may be. Each is brought to the one form it is kept in, or refused with what to do. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from phonenumbers import PhoneNumberFormat
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from accounts.masking import mask_secrets
from accounts.wording import CURRENCIES
from supportbot.hygiene import clean

FIRST_YEAR, YEARS_AHEAD = 1970, 50
# How far the clocks of those who sign and push may differ from ours.
CLOCK_SKEW = timedelta(seconds=60)
EVENTS_AHEAD = timedelta(days=1)
MAX_MONEY = 10**15
MAX_COUNT = 2**31 - 1
MAX_ATTRIBUTES, MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTES_BYTES = 100, 100, 16_000
MAX_LEVELS = 20
LOCALE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?")
# Not to be told from a part of an address.
RESERVED_IDS = (".", "..", "bulk")


def on_one_line(value: Any) -> Any:
    return " ".join(clean(value).split()) if isinstance(value, str) else "" if value is None else value


def paragraphs(value: Any) -> Any:
    return clean(value).strip() if isinstance(value, str) else "" if value is None else value


def own_id(value: Any) -> Any:
    """Numbers are ids too. One that is changed on its way would be somebody else's: it is refused instead."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str):
        return text
    if clean(text.strip()) != text or not text.isprintable():
        raise ValueError("It begins or ends with a space, or holds characters that cannot be seen.")
    return text


def address_part(text: str) -> str:
    if "/" in text or text in RESERVED_IDS:
        raise ValueError("It stands in addresses: it may hold no slash, and is not bulk or a dot.")
    return text


def email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise ValueError("This is no e-mail address.") from error
    return text


def phone(text: str) -> str:
    """E.164. Whether a number is given to somebody changes too often to be asked; its length does not."""
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError("Use the international form, such as +49 30 901820.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError("Use a code of ISO 4217, such as EUR.")
    return text.upper()


def locale(text: str) -> str:
    if not text:
        return ""
    match = LOCALE.fullmatch(text.replace("_", "-"))
    if not match:
        raise ValueError("Use a language tag, such as de or de-DE.")
    language, script, region = match.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))


def time_zone(text: str) -> str:
    if text and text not in _time_zones():
        raise ValueError("Use a name such as Europe/Berlin.")
    return text


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def moment(value: Any) -> Any:
    """Without an offset it is UTC. A bare number could be seconds, milliseconds or a year: it is refused."""
    if value is None or value == "":
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError("Use a date and time of ISO 8601, such as 2026-11-26T14:05:00Z.") from error
    if not FIRST_YEAR <= read.year <= datetime.now(UTC).year + YEARS_AHEAD:
        raise ValueError(f"Use a date between {FIRST_YEAR} and {YEARS_AHEAD} years from now.")
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def known_moment(value: datetime | None) -> datetime:
    if value is None:
        raise ValueError("This cannot be empty.")
    return value


def by_now(ahead: timedelta) -> AfterValidator:
    """For what has happened already, said by a clock that may be so far ahead."""
    return AfterValidator(lambda value: _been(value, ahead))


def _been(value: datetime | None, ahead: timedelta) -> datetime | None:
    now = datetime.now(UTC)
    if value and value > now + ahead:
        raise ValueError(
            f"This is later than now, which is {now:%Y-%m-%dT%H:%M:%SZ}. Say its offset from UTC, such as +02:00, and "
            "set the clock that it comes from."
        )
    return value


def no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("Use a whole number.")
    return value


def attributes(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("Use an object of names and values.")
    check_attributes(value)
    return {_attribute_name(name): _cleaned(each) for name, each in value.items()}


def merged_attributes(known: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """They are kept one by one, and null removes one."""
    return {name: value for name, value in {**known, **said}.items() if value is not None}


def check_attributes(value: dict[str, Any]) -> None:
    """As a whole: once as sent, and once with those the customer has already."""
    if len(value) > MAX_ATTRIBUTES:
        raise ValueError(f"There may be at most {MAX_ATTRIBUTES}.")
    if _is_deeper(value, MAX_LEVELS):
        raise ValueError(f"They may be nested at most {MAX_LEVELS} levels deep.")
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode(errors="replace"))
    except ValueError as error:
        raise ValueError("Use plain JSON: no infinite numbers.") from error
    if size > MAX_ATTRIBUTES_BYTES:
        raise ValueError(f"They may have at most {MAX_ATTRIBUTES_BYTES // 1000} kB as JSON.")


def _is_deeper(value: Any, most: int) -> bool:
    """Level by level: calls inside calls would end before the levels do."""
    level = [value]
    for _ in range(most):
        inside = [each.values() if isinstance(each, dict) else each for each in level]
        level = [part for parts in inside for part in parts if isinstance(part, dict | list)]
    return bool(level)


def _attribute_name(name: str) -> str:
    name = str(on_one_line(name))
    if not 0 < len(name) <= MAX_ATTRIBUTE_NAME:
        raise ValueError(f"Names have 1 to {MAX_ATTRIBUTE_NAME} characters.")
    return name


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _cleaned(each) for name, each in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class OneOf:
    """The values of a model's choices, each schema with its own list: several models have a ``Status``."""

    choices: type[TextChoices]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        return core_schema.literal_schema(self.choices.values)


def masked(longest: int) -> AfterValidator:
    """Before it is stored anywhere. A mask may be longer than what it hides."""
    return AfterValidator(lambda text: mask_secrets(text)[:longest])


Name50 = Annotated[str, Field(max_length=50), BeforeValidator(on_one_line)]
Name100 = Annotated[str, Field(max_length=100), BeforeValidator(on_one_line)]
Name200 = Annotated[str, Field(max_length=200), BeforeValidator(on_one_line)]
Needed100 = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(on_one_line)]
OwnId = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(own_id)]
CustomerId = Annotated[OwnId, AfterValidator(address_part)]
Number = Annotated[str, Field(min_length=1, max_length=50), BeforeValidator(own_id)]
Email = Annotated[str, Field(max_length=254), BeforeValidator(on_one_line), AfterValidator(email)]
Phone = Annotated[str, Field(max_length=50), BeforeValidator(on_one_line), AfterValidator(phone)]
Locale = Annotated[str, Field(max_length=20), BeforeValidator(on_one_line), AfterValidator(locale)]
TimeZone = Annotated[str, Field(max_length=64), BeforeValidator(on_one_line), AfterValidator(time_zone)]
Currency = Annotated[str, BeforeValidator(on_one_line), AfterValidator(currency)]
Money = Annotated[int, Field(ge=0, lt=MAX_MONEY), BeforeValidator(no_truth)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT), BeforeValidator(no_truth)]
Attributes = Annotated[dict[str, Any], BeforeValidator(attributes)]

WRITTEN = {"type": "string", "format": "date-time"}
MaybeMoment = Annotated[
    datetime | None, BeforeValidator(moment), WithJsonSchema({"anyOf": [WRITTEN, {"type": "null"}]})
]
# A version that is ahead would keep out all later news until then.
Version = Annotated[MaybeMoment, by_now(CLOCK_SKEW)]
Moment = Annotated[datetime | None, AfterValidator(known_moment), BeforeValidator(moment), WithJsonSchema(WRITTEN)]
PastMoment = Annotated[Moment, by_now(EVENTS_AHEAD)]
