"""What others wrote, in labelled blocks that it cannot end: documents, the record, tickets, pages, summaries.

The boundary is random for each request, and taken out of whatever stands inside.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from accounts.masking import mask_secrets
from chat.hygiene import neutralised
from chat.records import Source


def fenced(label: str, text: str, boundary: str) -> str:
    title = " ".join(neutralised(label, boundary).split())
    return f"<<{boundary} {title}>>\n{inside(text, boundary)}\n<<{boundary} end>>"


def inside(text: str, boundary: str) -> str:
    """As it stands in a block."""
    return neutralised(text, boundary).strip()


def source_block(source: Source, boundary: str) -> str:
    known = [
        f"updated {source.updated_at:%Y-%m-%d}" if source.updated_at else "",
        f"from {source.origin}" if source.origin else "",
        f"as of {source.as_of:%Y-%m-%d %H:%M} UTC" if source.as_of else "",
    ]
    note = ", ".join(filter(None, known))
    label = f"source [{source.number}] {source.kind}: {source.title}" + (f" ({note})" if note else "")
    return fenced(label, source.text, boundary)


def page_block(page: Mapping[str, str], boundary: str) -> str:
    """Where the customer is, as their browser says. What follows ``?`` and ``#`` in an address may be a secret."""
    lines = {
        "Title": page.get("title", ""),
        "Address": _address(page.get("url", "")),
        "Language": page.get("locale", ""),
    }
    text = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in lines.items() if value.strip())
    return fenced("the page the customer is looking at", mask_secrets(text), boundary) if text else ""


def _address(url: str) -> str:
    try:
        return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
    except ValueError:  # "http://[", which is none
        return ""


def summary_block(summary: str, boundary: str) -> str:
    return fenced("earlier in this conversation", mask_secrets(summary), boundary) if summary else ""
