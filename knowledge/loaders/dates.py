"""When a document says it was last changed, however its format writes it."""

import re
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime

PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?")


def date_of(value: object) -> datetime | None:
    """None for what is no date, or none that can be true."""
    try:
        moment = parse(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if moment is None:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if datetime(1990, 1, 1, tzinfo=UTC) < moment <= datetime.now(UTC) else None


def parse(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if not isinstance(value, str) or not value.strip():
        return None
    if match := PDF_DATE.match(value):
        return datetime(*(int(part) for part in match.groups(default="0")))  # type: ignore[arg-type]
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return parsedate_to_datetime(value)
