"""A document's status in words: what it means, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from knowledge import leases
from knowledge.loaders import is_text
from knowledge.models import Document, IndexVersion

Status = Document.Status
Publication = Document.Publication
RETIRED = {
    Document.RetiredBy.SOURCE: "Its source does not have this document any more. Answers do not use it.",
    Document.RetiredBy.EDITOR: "Somebody retired this document. Answers do not use it.",
    "": "Answers do not use this document.",
}
HELD = (
    "The index is held at version {version}, which does not have this text as it is now. "
    "Answers do not use what changed until the index is released."
)
SILENT = (
    "The worker that reads this document has not been heard of for some minutes. "
    "If it is gone, another one begins anew by itself."
)


@dataclass(frozen=True)
class StatusWords:
    label: str
    kind: str
    sentence: str
    is_final: bool


def status_of(document: Document, held_at: IndexVersion | None = None) -> StatusWords:
    """What is not published is not read either, so that comes first. ``held_at`` is an index that is without it."""
    if document.publication == Publication.DRAFT:
        return StatusWords("Draft", "warning", "Answers do not use this document until somebody publishes it.", True)
    if document.publication == Publication.RETIRED:
        return StatusWords("Retired", "", RETIRED[document.retired_by], True)
    label = document.get_status_display()
    match document.status:
        case Status.READY if held_at:
            return StatusWords("Held back", "warning", HELD.format(version=held_at.pk), True)
        case Status.READY:
            return StatusWords(label, "success", "Answers use this document.", True)
        case Status.FAILED:
            advice = "Correct the text and save it, or upload" if is_text(document.format) else "Upload"
            sentence = f"Answers do not use this document. {advice} a corrected file of the same name."
            return StatusWords(label, "danger", sentence, True)
        case Status.PROCESSING if is_silent(document):
            return StatusWords(label, "info", SILENT, False)
        case Status.PROCESSING:
            return StatusWords(label, "info", "This document is being read. It takes a few seconds.", False)
    return StatusWords(label, "info", waiting(document), False)


def is_silent(document: Document) -> bool:
    lease = document.lease_expires_at
    return lease is None or lease < leases.heard_until()


def waiting(document: Document) -> str:
    if document.attempts and document.lease_expires_at and document.lease_expires_at > timezone.now():
        return next_attempt(document.lease_expires_at)
    return "This document waits to be read. If that takes more than a minute, no worker is running."


def next_attempt(at: datetime) -> str:
    return f"A first attempt did not work. The next one is at {at:%H:%M} (UTC), by itself, if a worker is running then."
