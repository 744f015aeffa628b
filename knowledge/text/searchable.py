"""The words of a passage as they are embedded and searched."""

import re
from collections.abc import Sequence

IMAGE = re.compile(r"!\[([^\]]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")


def searchable_text(headings: Sequence[str], text: str) -> str:
    """The heading path gives a short passage its subject."""
    return f"{' > '.join(headings)}\n{readable(text)}" if headings else readable(text)


def readable(text: str) -> str:
    """Link targets are noise to a reader and to a model."""
    return LINK.sub(r"\1", IMAGE.sub(r"\1", text))


def page_text(title: str, description: str) -> str:
    """How a page as a whole announces itself, for a vector of its own. Without a description, as its first passage."""
    return f"{title}. {description}" if description else ""
