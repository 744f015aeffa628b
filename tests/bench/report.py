from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """``goal`` is what was promised; ``bare`` is the same work done by the bare part alone."""

    what: str
    ours: str
    bare: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


def show(title: str, rows: Iterable[Row]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("what", "ours", "bare part", "ratio", "goal", ""):
        table.add_column(column)
    for row in rows:
        verdict = {None: "", True: "met", False: "MISSED"}[row.met]
        table.add_row(row.what, row.ours, row.bare, row.ratio, row.goal, verdict)
    Console().print(table)
