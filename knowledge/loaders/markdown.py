from datetime import datetime
from typing import Any

from knowledge.loaders.base import Loaded
from knowledge.loaders.dates import date_of
from knowledge.loaders.front_matter import split_front_matter, text_field
from knowledge.loaders.markup import plain_markdown
from knowledge.text.markdown import first_heading

DATE_FIELDS = ["last_updated", "lastmod", "last_modified_at", "updated", "date"]


def load_markdown(source: str) -> Loaded:
    """Markdown, MDX, and the dialects of Docusaurus, MkDocs, Hugo and Jekyll."""
    fields, body = split_front_matter(source)
    markdown = plain_markdown(body)
    title = text_field(fields, "title") or first_heading(markdown)
    return Loaded(title, text_field(fields, "description"), markdown, updated_at=updated_at(fields))


def updated_at(fields: dict[str, Any]) -> datetime | None:
    """The last change, by whichever name; else the day it was published."""
    docusaurus = fields.get("last_update")
    said = docusaurus.get("date") if isinstance(docusaurus, dict) else docusaurus
    return next(filter(None, map(date_of, [said, *(fields.get(name) for name in DATE_FIELDS)])), None)
