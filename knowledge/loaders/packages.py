"""Office files are ZIP archives of XML. What their table of contents says, before anything is unpacked."""

import io
import re
import struct
import zipfile

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
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise DocumentError(f"This document contains macros. Save it as .{format} without macros and try again.")


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
