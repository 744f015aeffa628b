"""Bytes to text, or a sentence that says why not."""

import codecs
import re

from knowledge.errors import DocumentError
from supportbot.hygiene import clean

BYTE_ORDER_MARKS = [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")]
DECLARED_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# No page is written in these, and for a megabyte of punycode it takes a minute to find out.
PYTHONS_OWN = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
# The formats people most often rename or upload by mistake.
BINARY_SIGNATURES = (
    *(b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF"),
)

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PLAUSIBLE_CONTROL_SHARE = 0.01
# Of the letters, where there are any beyond ASCII. Icelandic at its densest has a third, Chinese in Big5 a half,
# other scripts nearly all; single words prove nothing.
WESTERN_SHARE = 0.45
FEW_LETTERS = 10
# Tags, scripts and code are in ASCII whatever the text is in.
TEXT_APART = re.compile(r"[<>\n]")
WRONG_CHARACTERS = "The characters of this file cannot be read. Save it as UTF-8 and try again."


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with a mark, the charset an HTML page declares, else Windows-1252 if that gives plausible text."""
    marked = next((charset for mark, charset in BYTE_ORDER_MARKS if data.startswith(mark)), "")
    if not marked:
        if data.startswith(BINARY_SIGNATURES) or b"\x00" in data:
            raise DocumentError("This looks like a binary file, not text. Save it as Markdown, HTML or plain text.")
        if (text := decode_as(data, "utf-8")) is not None:
            return clean(text)
    text = decode_as(data, marked or declared_charset(data))
    return clean(checked(western(data) if text is None else text))


def decode_as(data: bytes, charset: str) -> str | None:
    """None if no page has this charset, or this one has another."""
    try:
        return None if codecs.lookup(charset).name in PYTHONS_OWN else data.decode(charset)
    except (UnicodeError, LookupError):
        return None


def western(data: bytes) -> str:
    text = decode_as(data, "windows-1252")
    if text is None:
        text = data.decode("latin-1")
    if not is_western(text):
        raise DocumentError(WRONG_CHARACTERS)
    return text


def is_western(text: str) -> bool:
    """Russian read as Windows-1252 is a text of accented letters and little else."""
    parts = (part for part in TEXT_APART.split(text) if not part.isascii())
    letters = "".join(filter(str.isalpha, "".join(parts)))
    beyond = len(letters) - sum(map(str.isascii, letters))
    return beyond < FEW_LETTERS or beyond <= WESTERN_SHARE * len(letters)


def checked(text: str) -> str:
    if len(CONTROL.findall(text)) > PLAUSIBLE_CONTROL_SHARE * len(text):
        raise DocumentError(WRONG_CHARACTERS)
    return text


def declared_charset(data: bytes) -> str:
    match = DECLARED_CHARSET.search(data[:4096])
    return match.group(1).decode("ascii") if match else ""
