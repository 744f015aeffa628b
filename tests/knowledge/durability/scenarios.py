import json
import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.knowledge.durability.disks import filled, small_disk
from tests.knowledge.durability.faults import Points, die, freeze
from tests.knowledge.durability.library import copy_of, halves, in_child, start, state, sweep, use, work

# Too few to open the database, to read the documents, and to write their index.
BYTES_LEFT = (0, 200_000, 560_000)


def run(template: Path, kills: int, freezes: int, later: timedelta) -> dict[str, Any]:
    """What each way of being interrupted leads to, beside what an uninterrupted run leads to."""
    bench = Bench(template, later)
    points = bench.points_of_a_run()
    return {
        "uninterrupted": bench.state_after("uninterrupted", lambda folder: in_child(job(folder, work))),
        "killed": [bench.killed(1 + number * points // kills) for number in range(kills)],
        "frozen": [bench.frozen((number + 1) * points // (freezes + 1)) for number in range(freezes)],
        "two at once": bench.state_after("two", two_at_once),
        "no larger files": bench.no_larger_files(),
        "full disk": [bench.full_disk(left) for left in BYTES_LEFT],
    }


def job(folder: Path, act: Callable[[], Any], at: int = 0, fault: Callable[[], None] = die) -> Callable[[], None]:
    def run() -> None:
        use(folder)
        with Points(at, fault, between_transactions=fault is freeze):
            act()

    return run


def two_at_once(folder: Path) -> None:
    children = [start(job(folder, work)) for _ in range(2)]
    for child in children:
        os.waitpid(child, 0)


def last_words() -> str:
    try:
        call_command("reindex", stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        return str(error)
    return ""


def cramped(act: Callable[[], Any]) -> Callable[[], Any]:
    """No file may grow beyond what is there: nearly as a full disk, but for one process."""

    def limited() -> Any:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        return act()

    return limited


class Bench:
    def __init__(self, template: Path, later: timedelta) -> None:
        self.template, self.later = template, later

    def points_of_a_run(self) -> int:
        return int(self.written("points", self.count_points, copy_of(self.template, "counted")))

    @staticmethod
    def count_points() -> int:
        with Points() as points:
            work()
        return points.passed

    def state_after(self, name: str, act: Callable[[Path], Any]) -> Any:
        """After the interruption, and after the sweep found what it left."""
        folder = copy_of(self.template, name)
        act(folder)
        return self.recovered(folder)

    def recovered(self, folder: Path) -> Any:
        def later() -> Any:
            with time_machine.travel(timezone.now() + self.later):
                sweep()
                return state()

        return self.written("state", later, folder)

    def killed(self, at: int) -> dict[str, Any]:
        folder = copy_of(self.template, f"killed-{at}")
        ended = in_child(job(folder, work, at))
        return {
            "at": at,
            "killed": ended == -signal.SIGKILL,
            "halves": self.written("halves", halves, folder),
            "state": self.recovered(folder),
        }

    def frozen(self, at: int) -> dict[str, Any]:
        """Another worker takes over; then the first one wakes up and goes on as if nothing had happened."""
        folder = copy_of(self.template, f"frozen-{at}")
        zombie = start(job(folder, work, at, freeze))
        os.waitpid(zombie, os.WUNTRACED)
        self.recovered(folder)
        os.kill(zombie, signal.SIGCONT)
        os.waitpid(zombie, 0)
        return {"at": at, "halves": self.written("halves", halves, folder), "state": self.recovered(folder)}

    def full_disk(self, left: int) -> dict[str, Any]:
        """What a command says of it, and what becomes of what it began when there is room again."""
        folder = self.template.with_name(f"full-{left}")
        with small_disk(folder) as is_disk:
            copytree(self.template, folder, dirs_exist_ok=True)
            with filled(folder, left) if is_disk else nullcontext():
                said = self.written("said", last_words if is_disk else cramped(last_words), folder)
            return {
                "said": said,
                "halves": self.written("halves", halves, folder),
                "state": self.recovered(folder),
            }

    def no_larger_files(self) -> dict[str, Any]:
        folder = copy_of(self.template, "limited")
        ended = in_child(job(folder, cramped(work)))
        return {"failed": ended != 0, "halves": self.written("halves", halves, folder), "state": self.recovered(folder)}

    def written(self, name: str, act: Callable[[], Any], folder: Path) -> Any:
        """The result of a function that ran in a child in this folder."""
        path = self.template.with_name(f"{folder.name}-{name}-{time.monotonic_ns()}.json")

        def write() -> None:
            use(folder)
            path.write_text(json.dumps(act()))

        if in_child(write) != 0:
            raise RuntimeError(f"{name} could not be told in {folder.name}.")
        return json.loads(path.read_text())
