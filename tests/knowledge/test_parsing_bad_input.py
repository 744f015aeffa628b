"""Files that are broken or made to break something: each costs a sentence, and the next one is read as ever."""

import random
import struct
import time
from collections.abc import Iterator

import pytest

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.parsing import parse
from tests.knowledge.loaders import files
from tests.knowledge.loaders.test_documents import EMAIL

TEXT = "Refunds take five working days, whatever the way you paid, and are announced by mail."
GOOD = {
    "markdown": f"# Refunds\n\n{TEXT}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<Tabs>\n- x\n</Tabs>".encode(),
    "html": f"<html><body><main><h1>Refunds</h1><p>{TEXT}<ul><li>x</ul><table><tr><td>1</table></main>".encode(),
    "text": TEXT.encode(),
    "csv": f'Question,Answer\nHow?,"{TEXT}"\nWhy?,So'.encode(),
    "email": EMAIL.encode(),
    "pdf": files.pdf(f"Refunds\n{TEXT}", "Invoices\nAn invoice comes by mail on the first day of the month."),
    "docx": files.docx(files.paragraph(TEXT) + files.word_table(("a", "b"))),
    "pptx": files.pptx(("Refunds", TEXT), notes="Notes", table=[("a", "b")]),
    "xlsx": files.xlsx(Prices=[("Plan", "Price"), (TEXT, 5)]),
}
FORMATS = list(GOOD)
XML_FORMATS = ["docx", "pptx", "xlsx"]
LONGEST = 40


def outcome(data: bytes, format: str) -> Loaded | str:
    """The document, or the sentence that says why there is none. Anything else fails the test."""
    started = time.monotonic()
    try:
        return parse(data, f"a.{format}", format)
    except DocumentError as error:
        return error.user_message
    finally:
        assert time.monotonic() - started < LONGEST


@pytest.fixture(autouse=True)
def still_reading() -> Iterator[None]:
    yield
    assert parse("# Next\n\nText", "a.md", "markdown").title == "Next"


@pytest.mark.parametrize("format", FORMATS)
def test_a_good_file_is_read(format):
    loaded = outcome(GOOD[format], format)

    assert isinstance(loaded, Loaded)
    assert "five working days" in loaded.markdown or format == "email"


@pytest.mark.parametrize("format", FORMATS)
def test_a_truncated_file_is_read_as_far_as_it_goes_or_refused(format):
    data = GOOD[format]
    for part in (1, 5, 20, 50, 90, 99):
        outcome(data[: max(1, len(data) * part // 100)], format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_mutated_file_harms_nobody(format):
    chance = random.Random(format)  # the same files every time
    for _ in range(40):
        outcome(mutated(GOOD[format], chance), format)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, some taken out, some there twice."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        place, length = chance.randrange(len(result)), chance.randint(1, 30)
        match chance.randrange(3):
            case 0:
                result[place] = chance.randrange(256)
            case 1:
                del result[place : place + length]
            case _:
                result[place:place] = result[place : place + length] * chance.randint(1, 50)
    return bytes(result) or b"x"


NESTED = {
    "markdown list": ("markdown", b"- " * 10_000 + b"deep"),
    "markdown quote": ("markdown", b"> " * 10_000 + b"deep"),
    "indented list": ("markdown", b"\n".join(b" " * (2 * depth) + b"- deep" for depth in range(1500))),
    "components": ("markdown", b"<Tab>\n" * 10_000 + b"deep"),
    "html in markdown": ("markdown", b"<ul><li>" * 10_000 + b"deep" + b"</li></ul>" * 10_000),
    "html lists": ("html", b"<body>" + b"<ul><li>" * 10_000 + b"deep"),
    "html parts": ("html", b"<body>" + b"<div>" * 100_000 + b"deep"),
    "word tables": (
        "docx",
        files.docx("<w:tbl><w:tr><w:tc>" * 10_000 + files.paragraph("deep") + "</w:tc></w:tr></w:tbl>" * 10_000),
    ),
    "parts of an e-mail": (
        "email",
        b"Subject: x\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    ),
    "arrays of a PDF": ("pdf", files.with_xref(["<< /Type /Catalog /Pages " + "[" * 50_000 + " >>"], "")),
}


@pytest.mark.parametrize(("format", "data"), NESTED.values(), ids=NESTED.keys())
def test_what_is_nested_without_end_is_read_or_refused(format, data):
    outcome(data, format)


CANARY = "the canary of the file system"
ENTITIES = {
    "file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file://{path}">]>',
    "parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "file://{path}"> %p; <!ENTITY x "y">]>',
    "laughs": "<!DOCTYPE r [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "<!ENTITY x '&a9;'>]>",
}


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES.keys())
@pytest.mark.parametrize("format", [*XML_FORMATS, "html"])
def test_entities_bring_nothing_in(tmp_path, format, entity):
    (tmp_path / "canary").write_text(CANARY)
    doctype = entity.replace("{path}", str(tmp_path / "canary"))

    result = outcome(with_entity(format, doctype), format)

    assert CANARY not in str(result)
    assert len(str(result)) < 20_000


def with_entity(format: str, doctype: str) -> bytes:
    if format == "docx":
        return files.docx(files.paragraph("before &x; after"), doctype)
    if format == "xlsx":
        return files.xlsx(doctype, Sheet=[("before &x; after",)])
    if format == "pptx":
        plain = files.pptx(("before XX after", TEXT))
        return files.changed(
            plain, "ppt/slides/slide1.xml", lambda xml: doctype + xml.partition("?>")[2].replace("XX", "&x;")
        )
    return f"{doctype}<html><body><p>before &x; after {TEXT}</p></body></html>".encode()


@pytest.mark.slow
def test_a_document_of_very_many_parts_is_refused_by_its_memory():
    noise = random.Random(1).randbytes(1_200_000)  # or it would be refused by its ratio
    body = files.paragraph("x") * 400_000

    assert "more memory" in str(outcome(files.docx(body, more={"word/media/noise.bin": noise}), "docx"))


@pytest.mark.parametrize("format", XML_FORMATS)
def test_a_part_that_is_larger_than_it_says_is_not_unpacked(format):
    data = bytearray(files.changed(GOOD[format], files.MAIN_PART[format], lambda xml: xml + " " * 90_000_000))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        for entry in places(bytes(data), signature):
            if struct.unpack_from("<L", data, entry + offset)[0] > 1_000_000:
                struct.pack_into("<L", data, entry + offset, 1000)

    outcome(bytes(data), format)


def places(data: bytes, signature: bytes) -> Iterator[int]:
    place = data.find(signature)
    while place >= 0:
        yield place
        place = data.find(signature, place + 1)


def test_a_workbook_with_one_cell_at_the_very_end_is_no_larger_for_it():
    sheet = files.worksheet([("Plan", "Price")]).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    data = files.changed(GOOD["xlsx"], "xl/worksheets/sheet1.xml", lambda _: sheet)

    outcome(data, "xlsx")


@pytest.mark.parametrize(
    "trailer",
    ["/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + "a" * 32 + ") /U (" + "b" * 32 + ") /P -4 >> /ID [<00><00>]"],
)
def test_a_locked_pdf_is_named_as_such(trailer):
    assert "protected by a password" in str(outcome(files.pdf(f"Refunds\n{TEXT}", trailer=trailer), "pdf"))


LOOPS = {
    "pages": ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>"],
    "no pages": ["<< /Type /Catalog >>"],
    "a page that is its own parent": [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>",
        "<< /Type /Page /Parent 3 0 R /Contents 3 0 R /MediaBox [0 0 1e38 1e38] >>",
    ],
}


@pytest.mark.parametrize("objects", LOOPS.values(), ids=LOOPS.keys())
def test_a_pdf_that_goes_round_in_circles_comes_to_an_end(objects):
    outcome(files.with_xref(objects, ""), "pdf")


def test_a_wrong_charset_is_read_as_well_as_can_be():
    loaded = outcome('<html><meta charset="utf-16"><body><p>Größe</p>'.encode("windows-1252"), "html")

    assert isinstance(loaded, Loaded)
