"""One lookup for somebody who sets a connector up: what came back, what was read of it, or why nothing was."""

import json
from dataclasses import dataclass
from time import perf_counter

from accounts.connectors import get_kind
from accounts.connectors.base import Lookup
from accounts.connectors.reading import parsed, value_of
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
        if lookup.problem:
            raise SourceError(lookup.problem)
        raw = get_kind(lookup.kind).answer(lookup)
        ms = round((perf_counter() - started) * 1000, 1)
        document = parsed(raw)
    except SourceError as error:
        return Tried(problem=error.user_message)
    facts = tuple((fact.name, value_of(document, fact, lookup.time_zone)) for fact in lookup.facts)
    return Tried(facts, json.dumps(document, indent=2, ensure_ascii=False)[:MOST_SHOWN], ms)
