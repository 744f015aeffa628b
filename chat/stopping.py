"""What of an answer is done to its end, however often somebody stops it meanwhile."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def to_its_end(work: Awaitable[T]) -> T:
    """What comes of it. For what is short: whoever cancels the task waits for it, too."""
    doing = asyncio.ensure_future(work)
    while not doing.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(doing)
    return doing.result()


def is_stopped() -> bool:
    """Whether somebody has asked this task to end: there is no time for more than what must be done."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
