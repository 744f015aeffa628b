"""What an Office file says about itself."""

import io
import re
import zipfile
from datetime import datetime
from html import unescape

from knowledge.loaders.dates import date_of
from supportbot.hygiene import clean

PART = "docProps/core.xml"
LARGEST = 100_000
TITLE = re.compile(r"<dc:title>([^<]*)</dc:title>")
MODIFIED = re.compile(r"<dcterms:modified[^>]*>([^<]*)</dcterms:modified>")


def core_properties(source: bytes) -> tuple[str, datetime | None]:
    """Title, often empty, and when it was last saved. Two values of flat XML need no parser."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        if PART not in archive.namelist():
            return "", None
        with archive.open(PART) as part:
            text = part.read(LARGEST).decode("utf-8", "replace")
    title, modified = TITLE.search(text), MODIFIED.search(text)
    return " ".join(clean(unescape(title[1])).split()) if title else "", date_of(modified[1]) if modified else None
