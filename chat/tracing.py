"""What an answer saw and how long each stage took, kept with it so that anybody can say later why it is as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from chat.records import AnswerContext


class Trace:
    """Filled in along the way. Its times are milliseconds, each by the name of its stage with ``_ms``."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._noted: dict[str, Any] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage that runs twice counts twice."""
        started = perf_counter()
        try:
            yield
        finally:
            taken = self._noted.get(f"{name}_ms", 0.0) + milliseconds_since(started)
            self._noted[f"{name}_ms"] = round(taken, 1)

    def note(self, **facts: Any) -> None:
        """Anything JSON can hold. Later words on the same subject replace earlier ones."""
        self._noted.update(facts)

    def add(self, name: str, fact: Any) -> None:
        """One more of several."""
        self._noted.setdefault(name, []).append(fact)

    def count(self, name: str, amount: int) -> None:
        """So much more of it."""
        self._noted[name] = self._noted.get(name, 0) + amount

    def first(self, name: str) -> None:
        """The moment something happened for the first time, counted from the question."""
        self._noted.setdefault(f"{name}_ms", milliseconds_since(self._started))

    def as_dict(self) -> dict[str, Any]:
        return {**self._noted, "total_ms": milliseconds_since(self._started)}


def traced_sources(context: AnswerContext) -> list[dict[str, Any]]:
    """What the engine was given, by number: passages with their scores, and of the record only the titles."""
    passages = [
        {
            "number": number,
            "kind": "document",
            "chunk": passage.chunk_id,
            "title": passage.title,
            "score": round(passage.score, 4),
            "similarity": round(passage.similarity, 4),
        }
        for number, passage in enumerate(context.passages, start=1)
    ]
    others = [
        {"number": source.number, "kind": source.kind, "title": source.title}
        for source in context.sources[len(passages) :]
    ]
    return [*passages, *others]


def milliseconds_since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
