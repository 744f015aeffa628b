"""Rows of cells to Markdown tables."""

from collections.abc import Iterable, Sequence

from supportbot.hygiene import clean


def markdown_table(rows: Iterable[Sequence[object]]) -> str:
    """The first row is the header. Rows and columns that hold nothing are left out."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    used = sorted({column for row in texts for column, text in enumerate(row) if text})
    filled = [[row[column] if column < len(row) else "" for column in used] for row in texts if any(row)]
    titles = take_titles(filled)
    lines = [f"| {' | '.join(row)} |" for row in filled]
    lines[1:1] = [f"|{' --- |' * len(used)}"] if lines else []
    return "\n".join([*(f"{title}\n" for title in titles), *lines])


def take_titles(rows: list[list[str]]) -> list[str]:
    """What stands alone above a table is about all of it, and no header."""
    titles = []
    while len(rows) > 1 and len(rows[0]) > 1 and sum(map(bool, rows[0])) == 1:
        titles.append("".join(rows.pop(0)))
    return titles


def cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(clean(str(cell)).split()).replace("|", "\\|")
