"""Calls that meet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(*calls: Callable[[], object]) -> None:
    """Each on a connection of its own. Raises what one of them raised."""
    start = Barrier(len(calls))

    def one(call: Callable[[], object]) -> None:
        try:
            # Connected before it counts: that takes longer than what is to meet.
            connection.ensure_connection()
            start.wait(10)
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(one, call) for call in calls]:
            done.result()
