"""Bytes to text, or a sentence that says why not."""

import re

from knowledge.errors import DocumentError

BYTE_ORDER_MARKS = [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")]
DECLARED_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# The formats people most often rename or upload by mistake.
BINARY_SIGNATURES = (
    *(b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF"),
)

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Characters that show nothing or reorder what is shown: a way to hide text from whoever reads the
# document. Zero-width joiners and emoji presentation selectors stay, emoji and scripts need them.
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0d\U000e0000-\U000e01ef]"
)
PLAUSIBLE_CONTROL_SHARE = 0.01


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with a mark, the charset an HTML page declares, else Windows-1252 if that gives plausible text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return clean(decode_as(data, encoding))
    if data.startswith(BINARY_SIGNATURES) or b"\x00" in data:
        raise DocumentError("This looks like a binary file, not text. Save it as Markdown, HTML or plain text.")
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(decode_as(data, declared_charset(data) or "windows-1252"))


def decode_as(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        text = data.decode("latin-1")
    if len(CONTROL.findall(text)) > PLAUSIBLE_CONTROL_SHARE * len(text):
        raise DocumentError("The characters of this file cannot be read. Save it as UTF-8 and try again.")
    return text


def declared_charset(data: bytes) -> str | None:
    match = DECLARED_CHARSET.search(data[:4096])
    return match.group(1).decode("ascii") if match else None


def clean(text: str) -> str:
    """One kind of line ending, and only characters a reader can see."""
    return INVISIBLE.sub("", CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
