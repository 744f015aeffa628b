"""One lookup for somebody who sets a connector up: what came back, what was read of it, or why nothing was."""

import json
from dataclasses import dataclass
from time import perf_counter

from accounts.connectors import asked
from accounts.connectors.base import Lookup
from accounts.connectors.reading import value_of
from supportbot.outbound.errors import SourceError

# Enough to find one's way in it.
MOST_SHOWN = 20_000


@dataclass(frozen=True)
class Tried:
    """``facts`` by name, empty where nothing of that kind is found. ``problem`` says why there is no answer."""

    facts: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    ms: float = 0.0
    problem: str = ""


def tried(lookup: Lookup) -> Tried:
    started = perf_counter()
    try:
        document = asked(lookup)
    except SourceError as error:
        return Tried(problem=error.user_message)
    ms = round((perf_counter() - started) * 1000, 1)
    facts = tuple((fact.name, value_of(document, fact, lookup.time_zone)) for fact in lookup.facts)
    return Tried(facts, json.dumps(document, indent=2, ensure_ascii=False)[:MOST_SHOWN], ms)
