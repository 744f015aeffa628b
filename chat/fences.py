"""Where code is in Markdown that is still being written. Pure."""

import re

# A fence may stand in a quotation or a list item, behind its marks.
PREFIX = r"\s*+(?:(?:>|[-*+]|\d{1,9}[.)])\s*+)*+"
OPENING = re.compile(PREFIX + r"(`{3,}(?=[^`]*$)|~{3,})")
CLOSING = re.compile(r"[\s>]*(`{3,}|~{3,})\s*$")
INDENTED = re.compile(r"(?: {4}| {0,3}\t)\s*+\S")
ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


class Fences:
    """Told of a text piece by piece. A run of backticks must come whole, and a line end by itself."""

    def __init__(self) -> None:
        self._line = ""
        self._fence = ""
        self._span = ""
        self._in_list = False
        self._may_indent = True

    @property
    def in_code(self) -> bool:
        """Whether what comes next on this line is code."""
        return bool(self._fence or self._span) or OPENING.match(self._line) is not None or self._is_indented()

    def text(self, piece: str) -> None:
        self._line += piece

    def backticks(self, run: str) -> None:
        self._line += run
        if not self._fence and self._span in ("", run):
            self._span = "" if self._span else run

    def line_end(self) -> None:
        if self._fence:
            closing = CLOSING.match(self._line)
            if closing and closing[1].startswith(self._fence):
                self._fence = ""
        elif opening := OPENING.match(self._line):
            self._fence, self._span = opening[1], ""
        else:
            self._note_indentation()
        self._line = ""
        # A lone backtick is no code; a fence that stands behind some words is meant to be one.
        self._span = self._span if len(self._span) >= 3 else ""

    def _is_indented(self) -> bool:
        """Not in a list, whose items are indented as well."""
        return self._may_indent and not self._in_list and INDENTED.match(self._line) is not None

    def _note_indentation(self) -> None:
        """Code by indentation begins after an empty line."""
        is_empty, is_code = not self._line.strip(), self._is_indented()
        if not is_code and ITEM.match(self._line):
            self._in_list = True
        elif self._may_indent and not is_empty and not self._line[0].isspace():
            self._in_list = False
        self._may_indent = is_empty or is_code
