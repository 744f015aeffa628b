"""What others write stays within its line of a log, and says nothing to the terminal that shows it. Pure."""

import re
from io import StringIO
from typing import Any, TextIO

from structlog.dev import plain_traceback
from structlog.typing import EventDict, ExcInfo

# Control characters, the ends of lines that only some programs know, and what turns the direction of reading.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def on_one_line(logger: Any, name: str, event: EventDict) -> EventDict:
    """For a renderer that prints texts as they are."""
    return {key: visible(value) if isinstance(value, str) else value for key, value in event.items()}


def indented_traceback(out: TextIO, error: ExcInfo) -> None:
    """No line of it can pass for an entry: the words of an error are often somebody's input."""
    written = StringIO()
    plain_traceback(written, error)
    out.writelines(f"\n    {visible(line)}" for line in written.getvalue().strip("\n").split("\n"))
