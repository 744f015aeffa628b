"""What a source has, beside what it had: which documents are new, changed, as they were, or gone."""

from dataclasses import dataclass
from enum import StrEnum

from knowledge.models import Document, Source
from knowledge.originals import given_hash
from knowledge.sources.base import LONGEST_PATH, Found, Known

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
    def was_lost(self) -> bool:
        return self.publication == Publication.RETIRED and self.retired_by == RetiredBy.SOURCE


class Comparison:
    """Reads the whole collection in one query: a document at a path may belong to another source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        fields = Entry.__dataclass_fields__
        rows = Document.objects.filter(collection=source.collection_id).values_list(*fields)
        self.entries = {entry.path: entry for entry in (Entry(*row) for row in rows.iterator())}
        own = [entry for entry in self.entries.values() if source.pk and entry.source_id == source.pk]
        self.served = {entry.path: entry.pk for entry in own if entry.publication == Publication.PUBLISHED}
        # What was lost is asked for as if it were new.
        self.known = {
            entry.path: Known(entry.path, entry.url, entry.etag, entry.last_modified)
            for entry in own
            if not entry.was_lost
        }
        self.seen: set[str] = set()

    def take(self, found: Found) -> tuple[Outcome, str]:
        """What it is, and why if it failed."""
        self.seen.add(found.path)
        if reason := found.error or self.objection(found):
            return Outcome.FAILED, reason
        return self.outcome(found, self.entries.get(found.path)), ""

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
        entry = self.entries.get(found.path)
        if entry and entry.source_id not in (None, self.source.pk):
            return "Another source of this collection has a document of this name. Use a collection for each."
        return ""

    def gone(self) -> list[int]:
        return [pk for path, pk in self.served.items() if path not in self.seen]

    def content(self, path: str) -> str:
        return Document.objects.values_list("content", flat=True).get(pk=self.entries[path].pk)
