"""Numbers as they are written: with points, commas, spaces or apostrophes between their digits. Pure."""

import re
from decimal import Decimal

NUMERAL = re.compile(r"\d{1,3}(?:[ '’]\d{3}(?!\d))+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*")
# Longer ones are no amounts, and take time to compare.
LONGEST = 30


def readings(written: str) -> frozenset[Decimal]:
    """The numbers it may stand for: 1,200 is twelve hundred, or one and a fifth. None for 2.3.1."""
    digits = re.sub(r"[ '’]", "", written)[:LONGEST]
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return frozenset((Decimal(digits),))
    whole, *groups = re.split(r"[.,]", digits)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1:
        return frozenset((Decimal(f"{whole}{''.join(groups[:-1])}.{groups[-1]}"),))
    grouped = len(whole) <= 3 and whole != "0" and all(len(group) == 3 for group in groups)
    found = [Decimal(whole + "".join(groups))] if grouped else []
    if len(groups) == 1:
        found.append(Decimal(f"{whole}.{groups[0]}"))
    return frozenset(found)
