"""What is said of a file before anything reads it."""

import io
import tracemalloc
import zipfile
from random import randbytes

import pytest

from knowledge.errors import DocumentError
from knowledge.loaders import check, packages
from tests.knowledge.loaders import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
EMAIL = b"From: ann@example.com\nSubject: Refund\n\nWhen?"


def named(value: object) -> str:
    return value if isinstance(value, str) else "data"


@pytest.mark.parametrize(
    ("path", "data", "format"),
    [
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        ("late.pdf", b"\x00 some printer's bytes %PDF-1.4\n", "pdf"),
        ("a.docx", files.docx(), "docx"),
        ("a.csv", b"Plan,Price\nTeam,5", "csv"),
        ("a.eml", EMAIL, "email"),
        ("a.md", b"A PDF begins with %PDF-1.7", "markdown"),
    ],
    ids=named,
)
def test_a_file_that_is_what_it_is_called_is_accepted(path, data, format):
    assert check(data, path) == format


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("a.docx", b"%PDF-1.7\n", "This is a PDF, although its name says otherwise. Let its name end in .pdf"),
        ("a.md", files.docx(), "This is a Word document, although"),
        ("a.pdf", b"Just text", "This is not a PDF"),
        ("a.xlsx", files.docx(), "This is a Word document"),
        ("a.docx", OLE, "an old Office version"),
        ("a.txt", b"\x89PNG\r\n", "This is an image"),
        ("a.txt", b"\x00\x01\x02binary", "binary file"),
        ("a.eml", b"Hello, this is just text", "This is no e-mail"),
        ("a.docx", files.package({"readme.txt": "x"}), "This is an archive"),
        ("a.md", b"\x1f\x8b\x08\x00", "This is an archive"),
    ],
    ids=named,
)
def test_a_file_that_is_something_else_is_named(path, data, sentence):
    with pytest.raises(DocumentError, match=sentence):
        check(data, path)


@pytest.mark.parametrize("path", ["a.md", "a.pdf", "a.docx", "a.csv", "a.eml"])
@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_named_as_such(path, data):
    with pytest.raises(DocumentError, match="is empty"):
        check(data, path)


def test_a_file_that_is_too_large_is_refused(settings):
    settings.MAX_DOCUMENT_BYTES = 1024 * 1024

    with pytest.raises(DocumentError, match="larger than 1 MB"):
        check(b"%PDF-" + b"x" * 2_000_000, "a.pdf")


def test_a_password_is_named():
    with pytest.raises(DocumentError, match="protected by a password"):
        check(OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx")
    with pytest.raises(DocumentError, match="protected by a password"):
        check(encrypted(files.docx()), "a.docx")


CONTENT_TYPES = "[Content_Types].xml"
MACRO_DOCUMENT = files.content_types(**{"/word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"})
MACROS = {
    "a project": {"word/vbaProject.bin": b"\x00"},
    "a sheet of macros": {"xl/macrosheets/sheet1.xml": "<xm:macrosheet/>"},
    "a main part that may have some": {CONTENT_TYPES: MACRO_DOCUMENT},
    "in other letters": {CONTENT_TYPES: MACRO_DOCUMENT.replace("macroEnabled", "MacroEnabled").encode("utf-16")},
}


@pytest.mark.parametrize("more", MACROS.values(), ids=MACROS.keys())
def test_macros_are_refused(more):
    with pytest.raises(DocumentError, match=r"contains macros. Save it as \.docx without"):
        check(files.docx(more=more), "a.docx")


def test_a_list_of_parts_that_is_very_long_is_not_read():
    with pytest.raises(DocumentError, match="unpacks to more than can be read"):
        check(files.docx(more={CONTENT_TYPES: b"<Types>" + randbytes(600_000)}), "a.docx")


def test_a_list_of_parts_that_is_longer_than_it_says_is_not_unpacked():
    noise = randbytes(1_000_000)  # or it would be refused by its ratio
    data = files.docx(more={CONTENT_TYPES: b" " * 30_000_000, "word/noise.bin": noise})
    tracemalloc.start()
    try:
        with pytest.raises(DocumentError, match="damaged"):
            check(with_declared_size(data, 1000), "a.docx")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_list_of_parts_that_no_office_program_wrote_is_damage(method):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr(CONTENT_TYPES, files.content_types())

    with pytest.raises(DocumentError, match="damaged"):
        check(file.getvalue(), "a.docx")


def test_a_list_of_parts_that_cannot_be_unpacked_is_damage():
    data = bytearray(files.docx())
    place = data.find(CONTENT_TYPES.encode()) + len(CONTENT_TYPES)
    data[place : place + 40] = b"\xff" * 40

    with pytest.raises(DocumentError, match="damaged"):
        check(bytes(data), "a.docx")


BOMBS = {
    "flat": lambda: files.docx(more={"word/media/a.xml": b"\x00" * 60_000_000}),
    "many entries": lambda: files.docx(more={f"word/{number}.xml": "x" for number in range(2001)}),
    "declared only": lambda: with_declared_size(files.docx(), 1024**3),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_unopened(bomb):
    with pytest.raises(DocumentError, match="unpacks to more than can be read"):
        check(bomb(), "a.docx")


def test_a_table_of_contents_of_any_length_is_not_read(monkeypatch):
    data = bytearray(files.docx())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = (50_000_000).to_bytes(4, "little")
    monkeypatch.setattr(packages, "zipfile", None)

    with pytest.raises(DocumentError, match="unpacks to more"):
        check(bytes(data), "a.docx")


@pytest.mark.parametrize("length", [4, 30, 200, -1, -23])
def test_a_truncated_package_is_damaged(length):
    with pytest.raises(DocumentError, match=r"damaged|archive"):
        check(files.docx()[:length], "a.docx")


def test_two_tables_of_contents_are_one_too_many():
    data = files.docx()
    end = data.rfind(b"PK\x05\x06")

    with pytest.raises(DocumentError, match="damaged"):
        check(data[:end] + b"PK\x06\x07" + bytes(16) + data[end:], "a.docx")


def encrypted(data: bytes) -> bytes:
    """With the flag of an encrypted entry in the table of contents."""
    entry = data.find(b"PK\x01\x02")
    return data[: entry + 8] + b"\x01\x00" + data[entry + 10 :]


def with_declared_size(data: bytes, size: int) -> bytes:
    entry = data.find(b"PK\x01\x02")
    return data[: entry + 24] + size.to_bytes(4, "little") + data[entry + 28 :]
