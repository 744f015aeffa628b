"""A process that erases a customer and is killed on the way.

    python -m tests.chat.privacy.erasing_process EXTERNAL_ID WHERE

WHERE is the number of the piece of work after which it dies, "rows" for between a conversation's files and its rows,
or "end" for the middle of the last transaction.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def dying(work: Callable[..., Any], at: int = 1) -> Callable[..., Any]:
    """``work`` that is done ``at`` times and no more."""
    calls = 0

    def done(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        result = work(*args, **kwargs) if at else None
        if calls >= at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return done


def main(external_id: str, where: str) -> None:
    django.setup()
    from accounts import privacy
    from chat.models import Conversation
    from chat.privacy import erasing
    from tests.chat.privacy.conftest import OFFICE

    if where == "rows":
        Conversation.delete = dying(Conversation.delete, at=0)  # type: ignore[method-assign]
    elif where == "end":
        privacy.forget = erasing.forget = dying(privacy.forget)  # type: ignore[attr-defined]
    else:
        erasing.tallied = dying(erasing.tallied, int(where))
    customer = privacy.customer_by_id(external_id)
    assert customer
    erasing.erase(customer, OFFICE)


if __name__ == "__main__":
    main(*sys.argv[1:])
