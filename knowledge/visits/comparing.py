"""What a source has, beside what it had: which documents are new, changed, as they were, or gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.models import Document, Source
from knowledge.originals import given_hash
from knowledge.sources.base import LONGEST_PATH, Found, Known

# To lose more than half is somebody's decision, unless it is a single page.
LARGEST_LOSS = 0.5
SMALLEST_LOSS = 2

Publication = Document.Publication
RetiredBy = Document.RetiredBy


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """A document as far as it is needed to tell whether it changed."""

    pk: int
    path: str
    source_id: int | None
    url: str
    given_hash: str
    etag: str
    last_modified: str
    publication: str
    retired_by: str
    status: str
    error: str

    @property
    def is_unread(self) -> bool:
        """What it should answer with could not be read or embedded when it came."""
        return self.publication == Publication.PUBLISHED and self.status == Document.Status.FAILED

    @property
    def was_lost(self) -> bool:
        return self.publication == Publication.RETIRED and self.retired_by == RetiredBy.SOURCE


class Comparison:
    """Reads what the source has brought so far in one query, and looks up what is new to it one by one: a document at
    that path may belong to another source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        own = {entry.path: entry for entry in entries(source=source)} if source.pk else {}
        self.served = {path: entry.pk for path, entry in own.items() if entry.publication == Publication.PUBLISHED}
        # What was lost is asked for as if it were new.
        self.known = {
            path: Known(path, entry.url, entry.etag, entry.last_modified)
            for path, entry in own.items()
            if not entry.was_lost
        }
        self.entries: dict[str, Entry | None] = {**own}
        self.seen: set[str] = set()

    def entry(self, path: str) -> Entry | None:
        if path not in self.entries and self.source.collection_id:
            self.entries[path] = next(entries(collection=self.source.collection_id, path=path), None)
        return self.entries.get(path)

    def take(self, found: Found) -> tuple[Outcome, str]:
        """What it is, and why if it failed."""
        self.seen.add(found.path)
        if reason := found.error or self.objection(found):
            return Outcome.FAILED, reason
        return self.outcome(found, self.entry(found.path)), ""

    def outcome(self, found: Found, entry: Entry | None) -> Outcome:
        if entry is None or entry.was_lost:
            return Outcome.ADDED
        # What an editor retired stays retired, whatever its source says of it.
        if found.is_unchanged or entry.publication == Publication.RETIRED:
            return Outcome.UNCHANGED
        before = (entry.source_id, entry.url, entry.given_hash)
        now = (self.source.pk, found.url, given_hash(found.given or b""))
        return Outcome.UNCHANGED if before == now else Outcome.CHANGED

    def objection(self, found: Found) -> str:
        if len(found.path) > LONGEST_PATH:
            return f"Its path is longer than {LONGEST_PATH} characters. Shorten it."
        entry = self.entry(found.path)
        if entry and entry.source_id not in (None, self.source.pk):
            return "Another source of this collection has a document of this name. Use a collection for each."
        return ""

    def gone(self) -> list[int]:
        return [pk for path, pk in self.served.items() if path not in self.seen]

    def is_too_much(self, loss: int) -> bool:
        return loss >= SMALLEST_LOSS and loss > len(self.served) * LARGEST_LOSS

    def question(self, loss: int) -> str:
        return f"{loss} of {len(self.served)} documents are no longer there. Retire them?"

    def content(self, path: str) -> str:
        return Document.objects.values_list("content", flat=True).get(source=self.source, path=path)


def entries(**which: object) -> Iterator[Entry]:
    rows = Document.objects.filter(**which).values_list(*Entry.__dataclass_fields__)
    return (Entry(*row) for row in rows.iterator())
