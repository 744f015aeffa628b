import csv
import re

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.tables import markdown_table

DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*+"')


def load_csv(source: str) -> Loaded:
    lines = source.splitlines(keepends=True)
    try:
        return Loaded("", "", markdown_table(csv.reader(lines, delimiter=delimiter_of(lines))))
    except csv.Error as error:
        raise DocumentError("This CSV cannot be read. Open it in a spreadsheet program and save it again.") from error


def delimiter_of(lines: list[str]) -> str:
    """Spreadsheet programs of half the world write semicolons. The library's own guess takes quadratic time."""
    unquoted = (QUOTED.sub("", line) for line in lines)
    counts = ({delimiter: line.count(delimiter) for delimiter in DELIMITERS} for line in unquoted)
    first = next((found for found in counts if any(found.values())), {DELIMITERS[0]: 1})
    return max(first, key=first.__getitem__)
