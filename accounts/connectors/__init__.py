"""Facts about a customer from the company's own systems, as of the moment they are asked.

A kind of connector is a file with one class and a line here. All of them only bring an answer: what it says is
read in ``reading.py``, and when it is asked for, and for how long it is good, in ``live.py``.
"""

from functools import cache
from typing import Any, cast

from django.utils.module_loading import import_string

from accounts.connectors.base import Asks, Lookup
from accounts.connectors.reading import parsed
from supportbot.outbound.errors import SourceError

KINDS = {
    "http": "accounts.connectors.http.AsksOverHttp",
    "sample": "accounts.connectors.sample.AsksNobody",
}


def asked(lookup: Lookup) -> Any:
    """The answer, as JSON has it. Blocks. Raises SourceError in words for staff, also for what cannot be asked."""
    if lookup.problem:
        raise SourceError(lookup.problem)
    return parsed(get_kind(lookup.kind).answer(lookup))


@cache
def get_kind(name: str) -> Asks:
    """Raises KeyError for a kind that there is not."""
    return cast(Asks, import_string(KINDS[name])())
