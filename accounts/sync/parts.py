"""A customer's row taken apart: one part for each row of a table, and what becomes of it. Pure.

What is stored is put beside a part; ``decide`` then says what the row will be, and writes nothing.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from accounts.sync.rows import CustomerRow
from accounts.sync.tables import CUSTOMERS, INSIDE, Problems, Table
from accounts.values import merged_attributes

TAKEN = "Another customer has this number."

Result = Literal["created", "changed", "unchanged", "older"]


@dataclass
class Part:
    """``where`` it stands in its row (``orders.0.``); ``given`` is what is said of it, by the names of the model."""

    table: Table
    where: str
    key: str
    given: dict[str, Any]
    parent: "Part | None"
    stored: Any = None
    row: Any = None
    result: Result = "unchanged"

    @property
    def is_to_be_written(self) -> bool:
        return self.row is not None and self.row is not self.stored


def parts_of(row: Any, table: Table = CUSTOMERS, where: str = "", parent: Part | None = None) -> Iterator[Part]:
    """What something belongs to comes before it."""
    inside = INSIDE.get(table, {})
    given = row.model_dump(exclude_unset=True, exclude={table.key, *inside})
    if given.get("changed_at", "") is None:
        del given["changed_at"]
    part = Part(table, where, row.key, given, parent)
    yield part
    for name, of in inside.items():
        for position, each in enumerate(getattr(row, name) or ()):
            yield from parts_of(each, of, f"{where}{name}.{position}.", part)


def weight(row: CustomerRow) -> int:
    """Of how many parts it is made."""
    tickets = row.tickets or ()
    inside = (row.subscriptions, row.orders, tickets, row.events, *(ticket.comments for ticket in tickets))
    return 1 + sum(len(rows or ()) for rows in inside)


def decide(part: Part, now: datetime) -> Problems:
    """Sets ``row`` and ``result``, or says what is wrong."""
    if part.stored is None:
        return _new(part, now)
    if _belongs_elsewhere(part):
        return {part.table.key: TAKEN}
    if _is_older(part):
        return _deactivated(part, now) if part.given.get("is_active") is False else _older(part)
    return _known(part, now) if part.given else _untouched(part)


def _new(part: Part, now: datetime) -> Problems:
    if missing := [name for name in part.table.needs if part.given.get(name) is None]:
        return dict.fromkeys(missing, "A new one needs this.")
    part.row = part.table.model(**{part.table.key: part.key}, **_merged({}, part.given), synced_at=now)
    part.result = "created"
    return part.table.settle(part.row, True)


def _known(part: Part, now: datetime) -> Problems:
    part.row = copy(part.stored)
    values = _merged(getattr(part.stored, "attributes", {}), part.given)
    changed = any(getattr(part.stored, name) != value for name, value in values.items() if name != "changed_at")
    for name, value in values.items():
        setattr(part.row, name, value)
    part.row.synced_at = now
    part.result = "changed" if changed else "unchanged"
    return part.table.settle(part.row, changed)


def _older(part: Part) -> Problems:
    part.row, part.result = part.stored, "older"
    return {}


def _deactivated(part: Part, now: datetime) -> Problems:
    """Whoever is to be shut out is, however old the news; the rest of it changes nothing."""
    part.given = {"is_active": False}
    return _known(part, now)


def _untouched(part: Part) -> Problems:
    """It is only named, as what others belong to."""
    part.row = part.stored
    return {}


def _belongs_elsewhere(part: Part) -> bool:
    if part.parent is None:
        return False
    theirs = getattr(part.stored, f"{part.table.parent}_id")
    return part.parent.stored is None or bool(theirs != part.parent.stored.pk)


def _is_older(part: Part) -> bool:
    said, known = part.given.get("changed_at"), part.stored.changed_at
    return bool(said and known and said < known)


def _merged(attributes: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    if "attributes" not in given:
        return given
    return {**given, "attributes": merged_attributes(attributes, given["attributes"])}
