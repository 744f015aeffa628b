"""What is said of an erasure, to people and programs: nothing in it names whoever was erased."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from chat.models import Erasure

VERSION = 1


@dataclass(frozen=True)
class Remainder:
    what: str
    why: str


REMAINS = (
    Remainder(
        "Backups", "Not reached from here. The customer is in them until they are overwritten as you have set up."
    ),
    Remainder(
        "Logs",
        "They hold nothing that anybody wrote, but numbers of conversations, IP addresses, and the id where a program "
        "named the customer in an address or a sign-in token was refused. They go when your log keeping lets them go.",
    ),
    Remainder(
        "Audit log",
        "Who looked at what and when stays, without the customer’s name or id: it shows what staff did.",
    ),
    Remainder(
        "Memory of running processes",
        "The last 512 questions that were searched for, without who asked, until others take their place or a restart.",
    ),
    Remainder("Sums of spending", "Answers and tokens of a day for a whole widget. They say nothing of a person."),
    Remainder(
        "Model and embedding services", "What was sent to answer, as the agreement with each of them says for how long."
    ),
    Remainder("Your own systems", "If they push this customer again, there is a new record. Delete it there first."),
)
IN_DOCUMENTS = Remainder(
    "Search index",
    "Texts that name the customer stay in it until somebody changes them; then it is built anew, and the two snapshots "
    "before go with the builds after.",
)


def receipt(erasure: Erasure) -> dict[str, Any]:
    return {
        "version": VERSION,
        "erasure": str(erasure.public_id),
        "customer": erasure.subject,
        "asked_for_by": erasure.label,
        "started_at": erasure.started_at,
        "finished_at": erasure.finished_at,
        "erased": {name_of(label): count for label, count in sorted(erasure.counts.items())},
        "looked_for": erasure.looked_for,
        "mentions": erasure.mentions,
        "remains": [{"what": each.what, "why": each.why} for each in remainders(erasure)],
    }


def remainders(erasure: Erasure) -> tuple[Remainder, ...]:
    in_documents = any(mention["kind"] in ("document", "curated answer") for mention in erasure.mentions)
    return (*REMAINS, IN_DOCUMENTS) if in_documents else REMAINS


def name_of(label: str) -> str:
    name = str(apps.get_model(label)._meta.verbose_name_plural)
    return f"{name}, made nameless" if label in NAMELESS else name


# Entries that stay.
NAMELESS = ("accounts.AuditEntry", "admin.LogEntry")
