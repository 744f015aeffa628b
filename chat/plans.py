"""The names of all plans, which an answer may not mix up, whoever asks."""

from functools import lru_cache
from time import time

from accounts.selectors import subscribed_plans
from knowledge.selectors import plans_of_collections

# So long a process may go on without a plan that is new. All subscriptions are looked through for their plans.
SECONDS = 60


def known_plans() -> frozenset[str]:
    return plans_at(int(time() // SECONDS))


@lru_cache(maxsize=1)
def plans_at(minute: int) -> frozenset[str]:
    """As they were in that minute of this process."""
    return subscribed_plans() | plans_of_collections()
