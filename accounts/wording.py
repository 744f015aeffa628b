"""Records in words: money, dates and the sentences that facts are made of. Pure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iso4217 import Currency

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
# Metals and codes for tests have no minor unit: they are no money.
DECIMALS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
# Withdrawn lately, all with two decimals: they still stand in the orders of past years.
WITHDRAWN = ("ANG", "BGN", "CUC", "HRK", "SLL", "ZWL")
CURRENCIES = frozenset([*DECIMALS, *WITHDRAWN])


def money(minor: int, currency: str) -> str:
    """2900, EUR → €29.00"""
    decimals = DECIMALS.get(currency, 2)
    amount = f"{minor / 10**decimals:,.{decimals}f}"
    return f"{SYMBOLS[currency]}{amount}" if currency in SYMBOLS else f"{amount} {currency}"


def date(moment: datetime, time_zone: str = "") -> str:
    """The day as the customer's own calendar shows it: 4 December 2026."""
    local = moment.astimezone(_zone(time_zone))
    return f"{local.day} {local:%B %Y}"


def clock(moment: datetime, time_zone: str = "") -> str:
    """The time where the customer is: 14:05, and of another day than today also which."""
    zone = _zone(time_zone)
    local, now = moment.astimezone(zone), datetime.now(zone)
    hour = f"{local:%H:%M}" + (" UTC" if zone.key == "UTC" else "")
    return hour if local.date() == now.date() else f"{hour} on {date(moment, time_zone)}"


def items(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{row.get('quantity', 1)} × {row.get('name', 'item')}" for row in rows)


def spoken(name: str) -> str:
    """payment_failed → payment failed"""
    return name.replace("_", " ").strip()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
