"""When two e-mail addresses are the same one: capitals do not matter, every other character does.

Databases fold more than capitals: to PostgreSQL ``ı`` in capitals is ``I``, and whoever owns such a lookalike would be
taken for somebody else. So only addresses in ASCII are the same as any. Pure.
"""

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

ASCII = r"^[!-~]+$"


def has_address(address: str) -> Q:
    """Of rows with an ``email``: those that ``is_same`` would find, on every database."""
    if not address or not address.isascii():
        return Q(pk__in=[])
    return Q(Exact(Lower("email"), address.lower()), email__regex=ASCII)


def is_same(one: str, other: str) -> bool:
    return bool(one) and one.isascii() and other.isascii() and one.lower() == other.lower()
