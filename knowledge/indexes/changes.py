"""What has to be done to make a version out of the one before."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge.indexes.base import Content, Ids

NONE: Ids = np.array([], dtype=np.int64)


class Before(Protocol):
    """What a version holds already: its chunks in rising order, and the document of each."""

    @property
    def chunk_ids(self) -> Ids: ...

    @property
    def document_ids(self) -> Ids: ...


@dataclass(frozen=True)
class Changes:
    """What is new since the version before. A page is touched when any chunk of it came or went."""

    added: Ids
    gone: Ids
    touched: Ids


def changes_since(before: Before | None, content: Content) -> Changes:
    if not before:
        return Changes(content.chunk_ids, NONE, np.unique(content.document_ids))
    added = np.setdiff1d(content.chunk_ids, before.chunk_ids, assume_unique=True)
    gone = np.setdiff1d(before.chunk_ids, content.chunk_ids, assume_unique=True)
    touched = np.union1d(
        content.document_ids[np.isin(content.chunk_ids, added, assume_unique=True)],
        before.document_ids[np.isin(before.chunk_ids, gone, assume_unique=True)],
    )
    return Changes(added, gone, touched)
