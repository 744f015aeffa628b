"""What engines with a store have in common: entries with a lifetime, and records of the versions they live in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.embedders.base import Vectors
from knowledge.indexes.base import Ids
from knowledge.indexes.sparse import Terms

# The end of what has none yet. A floating-point number, which some stores compare by, still holds it exactly.
ALIVE = 2**53
PASSAGES, PAGES = "passages", "pages"


@dataclass(frozen=True)
class Entry:
    """A passage under its chunk's id, or a page under its document's."""

    id: int
    document_id: int
    vector: Vectors
    terms: Terms
    words: Sequence[str] = ()


@dataclass(frozen=True)
class Living:
    """The entries of a collection that have no end yet, in the order of their ids, and since when they live."""

    ids: Ids
    document_ids: Ids
    since: Ids

    @property
    def chunk_ids(self) -> Ids:
        return self.ids

    def of(self, base: int) -> "Living":
        """Those of version ``base``. Others are what an unfinished or unserved version left."""
        old = self.since <= base
        return Living(self.ids[old], self.document_ids[old], self.since[old])


@dataclass(frozen=True)
class Ending:
    """What ends with a version: these of the version ``base`` it is made from, and everything that came after that.

    ``recount`` if some of it may never have been counted.
    """

    base: int
    chunk_ids: Ids
    document_ids: Ids
    recount: bool


@dataclass(frozen=True)
class Record:
    """What the store remembers of a version that is complete. ``seal`` is random: numbers may come again."""

    seal: str
    version: int
    collection: int
    made_for: str
    language: str
    model: str
    dimension: int
    chunks: int


class Store(Protocol):
    """Where entries and records are. Raises ``IndexUnusable``, retryable, when it cannot be reached."""

    def check(self) -> None: ...

    def close(self) -> None: ...

    def prepare(self, record: Record) -> None:
        """Makes whatever is not there yet, and removes what a writer of this or a later number left there."""

    def living(self, kind: str, collection: int) -> Living: ...

    def add(self, kind: str, record: Record, entries: Sequence[Entry]) -> None: ...

    def complete(self, record: Record, ending: Ending) -> None:
        """Ends what ends, counts words, and remembers the version, the last of all."""

    def records(self, seals: Sequence[str]) -> list[Record]: ...

    def forget(self, collection: int, kept: Sequence[int]) -> None:
        """Everything of a collection that lives in none of these versions."""

    def collections(self) -> set[int]:
        """Those it has records of."""
