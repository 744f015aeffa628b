"""The only account data that may reach a prompt or a customer's screen.

Models hold more. A field that is not copied into one of these on purpose stays where it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class AccountFact:
    """One statement about the customer's record, in words, true at ``as_of`` as ``origin`` says.

    ``asked_for``: it was looked up because the very question needs it. ``is_log``: it lists what happened, and when.
    """

    title: str
    text: str
    as_of: datetime
    origin: str = "account record"
    asked_for: bool = False
    is_log: bool = False


@dataclass(frozen=True)
class CommentFact:
    """A public comment, as ``author, date: text``."""

    text: str
    by_customer: bool


@dataclass(frozen=True)
class TicketFact:
    """A recent ticket with its last public comments, oldest first, or one that was looked up for the question."""

    number: str
    subject: str
    status: str
    comments: tuple[CommentFact, ...]
    created_at: datetime
    updated_at: datetime
    as_of: datetime
    details: str = ""
    asked_for: bool = False

    @property
    def is_solved(self) -> bool:
        return self.status == "solved"

    @property
    def is_closed(self) -> bool:
        return self.status == "closed"

    @property
    def summary(self) -> str:
        subject = f", “{self.subject}”," if self.subject else ""
        said = f"{f'Your ticket {self.number}'.strip()}{subject} is {self.status or 'on record'}."
        return f"{said} {self.details}".strip()


@dataclass(frozen=True)
class CustomerRecord:
    """What a verified customer may be told about themselves, and the ``plans`` that decide what they may read."""

    name: str
    facts: tuple[AccountFact, ...] = ()
    tickets: tuple[TicketFact, ...] = ()
    plans: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proof:
    """How a customer proved who they are: by a token signed with the key ``kid``, or by a code sent to ``address``."""

    method: Literal["token", "email"]
    address: str = ""
    kid: str = ""


ANONYMOUS = CustomerRecord(name="")
