"""How good follow-ups and answers without a model are on labelled sets, as ``manage.py evaluate`` measures them.

The folder may hold two sets in the form of BEIR: ``answers``, whose queries have ``facts``, ``expect`` and the ``kind``
of what is to be refused, and ``followups``, whose queries have a ``history``.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.bench.report import Row

GOALS = {
    "answers": {"fact_rate": 0.45, "answer_rate": 0.85, "refuse_rate": 0.60, "refuse_rate/off-topic": 1.0},
    "followups": {"hit@5": 0.90},
}
WHAT = {
    "fact_rate": "answers that hold the fact asked for",
    "answer_rate": "answerable questions answered",
    "refuse_rate": "unanswerable ones refused",
    "hit@5": "follow-ups with their page among the first five",
}
OF_KIND = "refuse_rate/"


def measure(folder: Path) -> Iterable[Row]:
    for name in GOALS:
        if (folder / name).is_dir():
            yield from rows(name, figures(folder / name))


def figures(labelled: Path) -> dict[str, float | None]:
    command = [sys.executable, "manage.py", "evaluate", str(labelled), "--answers", "--json"]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float | None] = json.loads(printed.splitlines()[-1])
    return found


def rows(name: str, measured: dict[str, float | None]) -> Iterator[Row]:
    """Those there is a goal for, and the refusals of each kind."""
    for figure, value in measured.items():
        goal = GOALS[name].get(figure)
        if value is None or (goal is None and not (name == "answers" and figure.startswith(OF_KIND))):
            continue
        what = WHAT.get(figure, f"  of the kind {figure.removeprefix(OF_KIND)}")
        yield Row(what, f"{value:.3f}", goal=f"≥ {goal:g}" if goal else "", met=value >= goal if goal else None)
