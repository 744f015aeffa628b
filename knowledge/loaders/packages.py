"""Office files are ZIP archives of XML. What their table of contents says, before anything is unpacked."""

import io
import re
import struct
import zipfile
import zlib

from knowledge.errors import DocumentError

MOST_ENTRIES = 2000
MOST_BYTES = 100 * 1024 * 1024
MOST_RATIO = 100
# Of a table of contents with that many entries and long names. Read whole, so looked at first.
LARGEST_DIRECTORY = MOST_ENTRIES * 250

END = struct.Struct("<4s4H2LH")
END_SIGNATURE, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
LONGEST_COMMENT = 65_535
# The header of a part; its name, which is not compressed, begins with the folder of the program.
PART = re.compile(rb"PK\x03\x04.{26}(word|ppt|xl)/", re.DOTALL)
PROGRAMS = {b"word": "docx", b"ppt": "pptx", b"xl": "xlsx"}
ENCRYPTED = 0x1
LOCATOR_64_SIZE = 20
# Those of Office. Others may ask for any amount of memory.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CONTENT_TYPES = "[content_types].xml"
MACRO_ENABLED = b"macroenabled.main"

TOO_LARGE = "This file unpacks to more than can be read. Split it into smaller documents."
DAMAGED = "This file is damaged. Open it in its program, save it again and try once more."


def package_kind(data: bytes) -> str:
    """Empty for an archive of anything else. Works for damaged ones, too."""
    found = PART.search(data)
    return PROGRAMS[found.group(1)] if found else ""


def check_package(data: bytes, format: str) -> None:
    entries = directory(data)
    declared = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or declared > min(MOST_BYTES, MOST_RATIO * len(data)):
        raise DocumentError(TOO_LARGE)
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise DocumentError("This document is protected by a password. Save it without one and try again.")
    if has_macros(data, entries):
        raise DocumentError(f"This document contains macros. Save it as .{format} without macros and try again.")


def has_macros(data: bytes, entries: list[zipfile.ZipInfo]) -> bool:
    """A project, a sheet of formulas that act, or a main part that says it may have either, under whatever name."""
    names = [entry.filename.lower() for entry in entries]
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        return True
    return MACRO_ENABLED in content_types(data, entries)


def content_types(data: bytes, entries: list[zipfile.ZipInfo]) -> bytes:
    """What the package says of its parts, in small letters and without the other halves of UTF-16."""
    lists = [entry for entry in entries if entry.filename.lower() == CONTENT_TYPES]
    if sum(entry.file_size for entry in lists) > LARGEST_DIRECTORY:
        raise DocumentError(TOO_LARGE)
    if any(entry.compress_type not in METHODS for entry in lists):
        raise DocumentError(DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Read without a limit, a part is unpacked whole, however small it says it is.
            said = b"".join(archive.open(entry).read(LARGEST_DIRECTORY) for entry in lists)
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError, struct.error) as error:
        raise DocumentError(DAMAGED) from error
    return said.replace(b"\x00", b"").lower()


def directory(data: bytes) -> list[zipfile.ZipInfo]:
    start = data.rfind(END_SIGNATURE, max(0, len(data) - END.size - LONGEST_COMMENT))
    if start < 0 or start + END.size > len(data):
        raise DocumentError(DAMAGED)
    _, _, _, _, count, size, _, _ = END.unpack_from(data, start)
    # No Office program needs the form for archives of 4 GB, and readers disagree which of the two tables counts.
    if data[max(0, start - LOCATOR_64_SIZE) : start].startswith(LOCATOR_64):
        raise DocumentError(DAMAGED)
    if count > MOST_ENTRIES or size > LARGEST_DIRECTORY:
        raise DocumentError(TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error, UnicodeDecodeError) as error:
        raise DocumentError(DAMAGED) from error
