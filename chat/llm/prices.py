"""What tokens cost."""

from collections.abc import Mapping
from math import ceil

from django.conf import settings


def cost_of(usage: Mapping[str, int]) -> int:
    """In millionths of the currency of the prices, rounded up; 0 while no price is set.

    A price is per million tokens, so it is also the millionths that one token costs.
    """
    return ceil(
        usage.get("prompt", 0) * settings.CHAT_PRICE_INPUT + usage.get("completion", 0) * settings.CHAT_PRICE_OUTPUT
    )
