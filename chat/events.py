"""What is heard of an answer while it is made, by whoever shows it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Delta:
    text: str


Emit = Callable[[Stage | Delta], Awaitable[None]]
