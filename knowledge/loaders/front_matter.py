"""The YAML block at the top of a Markdown file."""

import re
from typing import Any

import yaml

BLOCK = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# In characters. It is parsed by the worker, too, for the address of a page.
LONGEST_BLOCK = 64 * 1024
LARGEST_NUMBER = 10**100
# What the YAML library is known to raise for what people, and worse, write.
BROKEN = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
PLAIN_LINE = re.compile(r"^(\w[\w-]*):[ \t]+(.+?)[ \t]*$", re.MULTILINE)


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The fields and the rest. A block that is no YAML gives the lines that still read as ``name: value``."""
    match = BLOCK.match(source[:LONGEST_BLOCK])
    if not match:
        return {}, source
    fields = parse(match.group(1))
    # A thematic break may open a document, too: what follows it is then text, not fields.
    return (fields, source[match.end() :]) if fields is not None else ({}, source)


class WithoutAliases(yaml.SafeLoader):
    """A few of them can stand for more than any memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)


def parse(block: str) -> dict[str, Any] | None:
    try:
        fields = yaml.load(block, WithoutAliases)  # noqa: S506
    except BROKEN:
        fields = {name: value.strip("\"'") for name, value in PLAIN_LINE.findall(block)}
        return fields or None
    if fields is None:
        return {}
    return {str(name): value for name, value in fields.items()} if isinstance(fields, dict) else None


def text_field(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return ""
    words = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    # YAML can name halves of characters.
    return words.encode("utf-8", "ignore").decode()
