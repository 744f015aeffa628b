"""Where a worker can be interrupted: at every statement it sends to the database and every file it touches."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from django.db import connection

FILE_EVENTS = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile")


class Points:
    """Counts the points of a run, and does something at one of them.

    ``between_transactions``: at the first one from there on that holds no lock. Whoever sleeps with SQLite's lock in
    hand keeps everybody waiting; PostgreSQL's sleepers lose theirs with their connection.
    """

    def __init__(
        self, at: int = 0, act: Callable[[], None] = lambda: None, *, between_transactions: bool = False
    ) -> None:
        self.at, self.act, self.between_transactions = at, act, between_transactions
        self.passed = 0
        self.counting = False

    def __enter__(self) -> "Points":
        connection.ensure_connection()
        connection.execute_wrappers.append(self.statement)
        sys.addaudithook(self.file)
        self.counting = True
        return self

    def __exit__(self, *_: object) -> None:
        self.counting = False

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.point()
        return execute(sql, params, many, context)

    def file(self, event: str, _: Any) -> None:
        if self.counting and event in FILE_EVENTS:
            self.point()

    def point(self) -> None:
        if not self.counting:
            return
        self.passed += 1
        is_late_enough = 0 < self.at <= self.passed
        if is_late_enough and not (self.between_transactions and connection.in_atomic_block):
            self.at = 0
            self.act()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
