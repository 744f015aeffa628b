from knowledge.loaders.base import Loaded
from knowledge.loaders.front_matter import split_front_matter, text_field
from knowledge.loaders.markup import plain_markdown
from knowledge.markdown import first_heading


def load_markdown(source: str) -> Loaded:
    """Markdown, MDX, and the dialects of Docusaurus, MkDocs, Hugo and Jekyll."""
    fields, body = split_front_matter(source)
    markdown = plain_markdown(body)
    title = text_field(fields, "title") or first_heading(markdown)
    return Loaded(title, text_field(fields, "description"), markdown)
