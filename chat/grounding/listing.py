"""How many things an answer tells of one by one: "two plans: Team and Business". No source has to count them. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from chat.citations import MARKER
from chat.grounding.quantities import Meaning
from chat.grounding.sentences import Sentence

LISTS = re.compile(r"[:(]\s|[–—]\s|\(")
SEPARATES = re.compile(r",\s+(?:(?:and|or|und|oder|et|ou|y|o)\s+)?|\s+(?:and|or|und|oder|et|ou|y|o)\s+|;\s+")


def items_of(found: Sequence[Sentence]) -> Counter[int]:
    """By group, how many items or rows it has."""
    return Counter(group for group, _ in {(one.group, one.unit) for one in found if one.kind in ("item", "row")})


def told(text: str, cites: int, items: int) -> frozenset[Meaning]:
    """The numbers of the sources it cites, of the items it introduces, and of what it names behind a colon."""
    listed = LISTS.split(MARKER.sub("", text), maxsplit=1)[1:]
    named = [name for part in listed for name in SEPARATES.split(part) if name.strip()]
    return frozenset(("any", Decimal(number)) for number in (cites, items, len(named)) if number > 1)
