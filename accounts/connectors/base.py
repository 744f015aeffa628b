"""The contract of a connector: a request that is ready to be sent, and the answer's bytes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FactPath:
    """Where one fact stands in the answer, as ``ConnectorFact`` has it."""

    name: str
    path: str
    kind: str = "text"
    currency: str = ""


@dataclass(frozen=True)
class Lookup:
    """All that is needed to ask for one customer, without a database. ``problem`` says why it cannot be asked."""

    key: str
    customer: int
    version: str
    name: str
    title: str
    facts: tuple[FactPath, ...]
    kind: str = "http"
    method: str = "GET"
    url: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sample: str = field(default="", repr=False)
    timeout: float = 1.0
    most_bytes: int = 65_536
    cache_seconds: int = 60
    time_zone: str = ""
    problem: str = ""


class Asks(ABC):
    @abstractmethod
    def answer(self, lookup: Lookup) -> bytes:
        """At most ``lookup.most_bytes``, within ``lookup.timeout`` seconds. Raises SourceError in words for staff."""
