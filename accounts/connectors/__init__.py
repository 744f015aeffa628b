"""Facts about a customer from the company's own systems, as of the moment they are asked.

A kind of connector is a file with one class and a line here. All of them only bring an answer: what it says is
read in ``reading.py``, and when it is asked for, and for how long it is good, in ``live.py``.
"""

from functools import cache
from typing import cast

from django.utils.module_loading import import_string

from accounts.connectors.base import Asks

KINDS = {
    "http": "accounts.connectors.http.AsksOverHttp",
    "sample": "accounts.connectors.sample.AsksNobody",
}


@cache
def get_kind(name: str) -> Asks:
    """Raises KeyError for a kind that there is not."""
    return cast(Asks, import_string(KINDS[name])())
