"""Writes what programs say of customers. A customer's row is written as a whole, or not at all.

Two who write at the same time cannot undo newer with older: what is there is locked before it is compared, and
whoever makes a row that somebody else has made meanwhile begins again and finds it.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.sync.parts import TAKEN, Part, Result, decide, parts_of
from accounts.sync.problems import Fields
from accounts.sync.rows import CustomerRow
from accounts.sync.tables import COMMENTS, TABLES, TICKETS, Table

ATTEMPTS = 5

Claim = tuple[Table, str]


class MadeMeanwhile(Exception):
    """Somebody else has made a customer between two of our looks: their rows are there, and they were not yet."""


@dataclass
class Outcome:
    """Of one customer's row: what became of each of its parts by where it stands, or why nothing did."""

    parts: dict[str, Result] = field(default_factory=dict)
    fields: Fields = field(default_factory=dict)

    @property
    def result(self) -> Result:
        """Of the whole: what happened to the customer, or else the most that happened to what belongs to them."""
        found = set(self.parts.values())
        if self.parts.get("") == "created":
            return "created"
        if found & {"created", "changed"}:
            return "changed"
        return "older" if "older" in found else "unchanged"

    @property
    def older(self) -> list[str]:
        """What was left as it is, because what is here is newer."""
        return [where.rstrip(".") or "customer" for where, result in self.parts.items() if result == "older"]


def write(rows: Sequence[CustomerRow], claimed: set[Claim] | None = None) -> list[Outcome]:
    """One outcome for each row, in their order. No two rows may be of one customer.

    ``claimed`` has the numbers of rows before these which are not there to be found, and gets the numbers of these.
    """
    claimed = set() if claimed is None else claimed
    for _ in range(ATTEMPTS - 1):
        try:
            return _write(rows, claimed)
        except (IntegrityError, MadeMeanwhile):
            # One of the new rows is there by now.
            continue
    return _write(rows, claimed)


@transaction.atomic
def _write(rows: Sequence[CustomerRow], claimed: set[Claim]) -> list[Outcome]:
    taken_apart = [list(parts_of(row)) for row in rows]
    every = [part for parts in taken_apart for part in parts]
    for table in TABLES:
        load([part for part in every if part.table is table], table)
    if any(map(was_made_meanwhile, every)):
        raise MadeMeanwhile
    assign([part for part in every if part.table is TICKETS])
    now, ours = timezone.now(), set[Claim]()
    outcomes = [outcome_of(parts, claimed, ours, now) for parts in taken_apart]
    good = [part for parts, outcome in zip(taken_apart, outcomes, strict=True) if not outcome.fields for part in parts]
    move_tickets(part for part in good if part.table is COMMENTS and part.result == "created")
    for table in TABLES:
        save([part for part in good if part.table is table], table)
    # Not before they are saved: whoever begins again has claimed nothing.
    claimed |= ours
    return outcomes


def load(parts: list[Part], table: Table) -> None:
    """Puts what is stored beside each part, and keeps others from changing it."""
    wanted = {f"{table.key}__in": [part.key for part in parts]}
    if table.within_parent:
        wanted[f"{table.parent}__in"] = [part.parent.stored.pk for part in parts if part.parent and part.parent.stored]
    if not all(wanted.values()):
        return
    # What only refers to a row does not wait for it.
    locked = table.model._default_manager.select_for_update(no_key=True).filter(**wanted).order_by("pk")
    stored = {identity(table, row): row for row in locked}
    for part in parts:
        parent = part.parent.stored if part.parent else None
        part.stored = stored.get((parent.pk if parent and table.within_parent else None, part.key))


def was_made_meanwhile(part: Part) -> bool:
    parent = part.parent
    if part.stored is None or parent is None or parent.stored is not None:
        return False
    return bool(getattr(getattr(part.stored, part.table.parent), parent.table.key) == parent.key)


def identity(table: Table, row: Any) -> tuple[int | None, str]:
    return (getattr(row, f"{table.parent}_id") if table.within_parent else None), getattr(row, table.key)


def assign(tickets: list[Part]) -> None:
    """To the member of staff who has this user name, or else this e-mail address. Others are kept by their name."""
    named = {part.given["assigned_to"] for part in tickets if "assigned_to" in part.given} - {""}
    staff = staff_named(named) if named else {}
    for part in tickets:
        if "assigned_to" in part.given:
            part.given["assignee_id"] = staff.get(part.given["assigned_to"].lower())


def staff_named(names: set[str]) -> dict[str, int]:
    """Ids by lower-case user name and e-mail address."""
    lowered = {name.lower() for name in names}
    found = User.objects.filter(Q(username__in=names | lowered) | Q(email__in=names | lowered), is_active=True)
    by_email = {user.email.lower(): user.pk for user in found if user.email}
    return by_email | {user.username.lower(): user.pk for user in found}


def outcome_of(parts: list[Part], claimed: set[Claim], ours: set[Claim], now: datetime) -> Outcome:
    """Two customers cannot both have a number, not even in one batch: ``ours`` are those of its rows until here."""
    outcome, claims = Outcome(), set[Claim]()
    for part in parts:
        wrong = decide(part, now)
        if not part.table.within_parent:
            claims.add(claim := (part.table, part.key))
            if claim in claimed or claim in ours:
                wrong = {part.table.key: TAKEN}
        outcome.fields |= {f"{part.where}{name}": [said] for name, said in wrong.items()}
        outcome.parts[part.where] = part.result
    if not outcome.fields:
        ours |= claims
    return outcome


def move_tickets(comments: Iterable[Part]) -> None:
    """A ticket was moved by what was written in it, unless its own system says when it was."""
    for comment in comments:
        ticket = comment.parent
        if ticket and not ticket.row.changed_at and comment.row.created_at > ticket.row.updated_at:
            ticket.row = copy(ticket.row)
            ticket.row.updated_at = comment.row.created_at


def save(parts: Iterable[Part], table: Table) -> None:
    """In the order of their keys, for the same reason as ``TABLES`` has one."""
    written = sorted((part for part in parts if part.is_to_be_written), key=lambda part: part.key)
    for part in written:
        if part.parent:
            setattr(part.row, f"{table.parent}_id", part.parent.row.pk)
    rows: models.Manager[Any] = table.model._default_manager
    rows.bulk_create([part.row for part in written if part.stored is None])
    if known := [part.row for part in written if part.stored is not None]:
        rows.bulk_create(known, update_conflicts=True, unique_fields=["id"], update_fields=table.written)
