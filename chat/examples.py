"""How the company's own server makes a token, in the languages that servers are written in. The only copy."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "snippets"
PUBLIC_KEY, KEY_ID = "PUBLIC_KEY", "KEY_ID"
FILES = {"Python": "python.py", "Node": "node.js", "PHP": "php.php", "Ruby": "ruby.rb"}


class Snippet(NamedTuple):
    language: str
    code: str


def snippets(public_key: str = PUBLIC_KEY, kid: str = KEY_ID) -> list[Snippet]:
    """With these filled in. The secret never is: it comes from the environment."""
    return [
        Snippet(language, (FOLDER / name).read_text().replace(PUBLIC_KEY, public_key).replace(KEY_ID, kid))
        for language, name in FILES.items()
    ]
