"""What is wrong with a row, by field: ``{"orders.0.total_minor": ["…"]}``. Pure."""

from typing import Any

from pydantic import ValidationError

from supportbot.hygiene import clean

Fields = dict[str, list[str]]

# A row that is wrong throughout is said to be so by its first fields; their names are the sender's own.
MOST_FIELDS, MAX_NAME = 20, 100
WORDS = {
    "extra_forbidden": "There is no such field.",
    "missing": "This is needed.",
    "model_type": "Should be a JSON object.",
}
WHOLE = "non_field_errors"


class RowRefused(Exception):
    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.fields = fields


def problems(error: ValidationError) -> Fields:
    found: Fields = {}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        name = clean(".".join(map(str, each["loc"])))[:MAX_NAME] or WHOLE
        if name in found or len(found) < MOST_FIELDS:
            found.setdefault(name, []).append(_words(each))
    return found


def _words(problem: Any) -> str:
    kind, said = problem["type"], problem["msg"].removeprefix("Value error, ")
    return WORDS.get(kind) or (said if said.endswith(".") else f"{said}.")
