"""What a file is by its bytes, whatever it is called."""

import re

from knowledge.errors import DocumentError
from knowledge.loaders.packages import check_package, package_kind

# Formats that are no text. (An e-mail is a letter in an envelope: its text is inside, in any encoding.)
FILES = {"pdf", "docx", "pptx", "xlsx", "email"}
ARCHIVE_SUFFIXES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"}
# What people have, and what they can make of it themselves.
INSTEAD = {
    **dict.fromkeys([".doc", ".docm", ".dotx", ".dotm", ".odt", ".rtf", ".pages"], ".docx without macros"),
    **dict.fromkeys([".ppt", ".pptm", ".ppsx", ".odp", ".key"], ".pptx without macros"),
    **dict.fromkeys([".xls", ".xlsm", ".xlsb", ".ods", ".numbers"], ".xlsx without macros"),
    ".msg": ".eml",
}

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Some writers put a few bytes before it, and readers look that far.
PDF = re.compile(rb"%PDF-\d")
PDF_WITHIN = 1024
SIGNATURES = {
    ZIP: "zip",
    b"PK\x05\x06": "zip",
    OLE: "ole",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"\x1f\x8b": "zip",
    b"7z\xbc\xaf\x27\x1c": "zip",
    b"Rar!": "zip",
    b"\x7fELF": "program",
    b"MZ\x90": "program",
    b"{\\rtf": "rtf",
}
NAMES = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "email": "an e-mail",
    "zip": "an archive",
    "ole": "a document of an old Office version",
    "rtf": "a rich text document",
    "image": "an image",
    "program": "a program",
}
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
HEADER_LINE = re.compile(rb"\s*(?:From .*\n)?[!-9;-~]+:")


def kind_of(data: bytes) -> str:
    """The format it is in, or another word for what it is; empty for text."""
    kind = next((kind for signature, kind in SIGNATURES.items() if data.startswith(signature)), "")
    if kind == "zip" and data.startswith(ZIP):
        return package_kind(data) or "zip"
    return kind or ("pdf" if PDF.search(data[:PDF_WITHIN]) and not looks_like_text(data) else "")


def looks_like_text(data: bytes) -> bool:
    """A page about PDF may well say ``%PDF-1.7``; a PDF begins with it."""
    return not data.lstrip().startswith(b"%PDF-") and b"\x00" not in data[:PDF_WITHIN]


def check_kind(data: bytes, format: str) -> None:
    """That the bytes are what the name says, and nothing that must not be opened."""
    kind = kind_of(data)
    if kind == "ole" and ENCRYPTED_STREAM in data:
        raise DocumentError("This document is protected by a password. Save it without one and try again.")
    if kind == "zip":
        raise DocumentError("This is an archive, which is not accepted. Unpack it and upload the documents in it.")
    if not kind and format == "email" and not HEADER_LINE.match(data):
        raise DocumentError("This is no e-mail: it does not begin with header lines. Save the message as .eml again.")
    if kind != (format if format in FILES - {"email"} else ""):
        raise DocumentError(misnamed(kind, format))
    if data.startswith(ZIP):
        check_package(data, format)


def misnamed(kind: str, format: str) -> str:
    if kind in FILES:
        return f"This is {NAMES[kind]}, although its name says otherwise. Let its name end in .{kind} and try again."
    if kind:
        return f"This is {NAMES[kind]}, although its name says otherwise. Save it in a format that can be read."
    return f"This is not {NAMES[format]}, although its name says so. Open it in its program and save it again."
