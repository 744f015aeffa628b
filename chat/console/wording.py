"""Whatever JSON can hold, in words or as what it is expected to be. Pure, and surprised by nothing."""

from collections.abc import Mapping
from typing import Any

LONGEST = 400
MOST = 1e15


def words(value: object) -> str:
    """Cut where nobody would read on."""
    if isinstance(value, Mapping):
        return _short(", ".join(f"{plain(str(name))} {words(part)}" for name, part in value.items()))
    if isinstance(value, list | tuple):
        return _short(", ".join(map(words, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return "" if value is None else _short(str(value))


def plain(name: str) -> str:
    """top_score → top score"""
    return name.replace("_", " ")


def number(value: object) -> float | None:
    """Only one that can be reckoned with: neither infinite nor beyond what is measured here."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < MOST else None  # type: ignore[arg-type]


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in listed(value) if isinstance(item, Mapping)]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
