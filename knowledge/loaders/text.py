from knowledge.loaders.base import Loaded
from knowledge.text.markdown import first_heading


def load_text(source: str) -> Loaded:
    """Plain text is read as the Markdown it nearly always is; underlined titles of reStructuredText included."""
    return Loaded(first_heading(source), "", source)
