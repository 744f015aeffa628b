"""How much one answer may take of a model, with all it looks up and writes again. Pure.

What a request will take nobody knows before it is over; but never more than a model can read and write at once.
"""

from collections import Counter

from django.conf import settings

# A turn may look up this much. After that the model has to make do with what it has.
MOST_CALLS = 5
# Each call may come by itself; then there are the answer, and the same written again.
MOST_REQUESTS = MOST_CALLS + 2
# A request that fails is sent once more, or to a second model.
MOST_ATTEMPTS = 2


def fits(used: Counter[str], requests: int = 1) -> bool:
    """Whether so many more surely stay within the tokens of a turn, of which these are ``used``."""
    return used.total() + requests * settings.CHAT_CONTEXT_TOKENS <= settings.CHAT_TURN_TOKENS


def most_of_a_turn() -> dict[str, int]:
    """The dearest way to spend a turn's tokens: as many long answers as there can be. Nobody sells those cheaper."""
    beyond_the_first = (settings.CHAT_TURN_TOKENS - settings.CHAT_CONTEXT_TOKENS) // settings.CHAT_ANSWER_TOKENS
    answers = min(MOST_REQUESTS * MOST_ATTEMPTS, 1 + beyond_the_first)
    completion = answers * settings.CHAT_ANSWER_TOKENS
    return {"prompt": settings.CHAT_TURN_TOKENS - completion, "completion": completion}


def most_of_a_call(completion: int) -> dict[str, int]:
    """Of one short text, with every attempt at it."""
    prompt = settings.CHAT_CONTEXT_TOKENS - completion
    return {"prompt": MOST_ATTEMPTS * prompt, "completion": MOST_ATTEMPTS * completion}
