"""The YAML block at the top of a Markdown file."""

import re
from typing import Any

import yaml

BLOCK = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLAIN_LINE = re.compile(r"^(\w[\w-]*):[ \t]+(.+?)[ \t]*$", re.MULTILINE)


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The fields and the rest. A block that is no YAML gives the lines that still read as ``name: value``."""
    match = BLOCK.match(source)
    if not match:
        return {}, source
    fields = parse(match.group(1))
    # A thematic break may open a document, too: what follows it is then text, not fields.
    return (fields, source[match.end() :]) if fields is not None else ({}, source)


def parse(block: str) -> dict[str, Any] | None:
    try:
        fields = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError):
        fields = {name: value.strip("\"'") for name, value in PLAIN_LINE.findall(block)}
        return fields or None
    if fields is None:
        return {}
    return {str(name): value for name, value in fields.items()} if isinstance(fields, dict) else None


def text_field(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
