"""What becomes of files that office programs, mail programs and printers write."""

from datetime import UTC, datetime

import pytest

from knowledge.errors import DocumentError
from knowledge.loaders import load
from tests.knowledge.loaders import files

SENTENCE = "Refunds take five working days, whatever the way you paid, and are announced by mail."


def test_a_pdf_knows_its_pages():
    loaded = load(files.pdf(f"Refunds\n{SENTENCE}", f"Invoices\n{SENTENCE}"), "guide.pdf", "pdf")

    assert [loaded.markdown[start:].split("\n")[0] for start in loaded.page_starts] == ["Refunds", "Invoices"]
    assert loaded.title == "Guide"


def test_an_empty_page_of_a_pdf_is_still_a_page():
    loaded = load(files.pdf("", f"Refunds\n{SENTENCE}"), "guide.pdf", "pdf")

    assert len(loaded.page_starts) == 2
    assert "```" not in loaded.markdown


def test_a_scanned_pdf_says_what_it_needs():
    with pytest.raises(DocumentError, match=r"Run text recognition \(OCR\)"):
        load(files.pdf("", ""), "scan.pdf", "pdf")


def test_a_word_document_keeps_headings_lists_tables_and_code():
    body = [
        files.paragraph("Handbook", "Title"),
        files.paragraph("Refunds &amp; more", "Heading1"),
        files.paragraph("Take five days."),
        files.word_table(("Way", "Days"), ("Card", "5 | 6")),
        files.paragraph("a = 1", "Code"),
        files.paragraph("b = 2", "Code"),
    ]
    properties = files.properties("Other title", "2024-05-01T10:00:00Z")

    loaded = load(files.docx("".join(body), more=properties), "a.docx", "docx")

    assert loaded.title == "Handbook"
    assert "# Refunds & more\n\nTake five days." in loaded.markdown
    assert "| Way | Days |\n| --- | --- |\n| Card | 5 \\| 6 |" in loaded.markdown
    assert "```\na = 1\nb = 2\n```" in loaded.markdown
    assert loaded.updated_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_a_word_document_without_headings_is_called_what_it_calls_itself():
    loaded = load(files.docx(more=files.properties("Fees &amp; terms", "")), "a.docx", "docx")

    assert (loaded.title, loaded.updated_at) == ("Fees & terms", None)


def test_the_slides_of_a_presentation_are_pages():
    data = files.pptx(
        ("Plans", "One sentence."),
        ("Prices", "Free\nTeam"),
        notes="Say that prices are net.",
        table=[("Plan", "Price"), ("Team", "5")],
    )

    loaded = load(data, "a.pptx", "pptx")

    assert [loaded.markdown[start:].split("\n")[0] for start in loaded.page_starts] == ["## Plans", "## Prices"]
    assert "One sentence." in loaded.markdown
    assert "- Free\n- Team" in loaded.markdown
    assert "| Plan | Price |\n| --- | --- |\n| Team | 5 |" in loaded.markdown
    assert "Say that prices are net." in loaded.markdown


def test_the_sheets_of_a_workbook_are_tables():
    data = files.xlsx(
        Prices=[("All prices are net", ""), ("Plan", "Price"), ("", ""), ("Team", 5), ("A|B", 7.5)],
        Empty=[],
        Notes=[("Plan",), ("Old",)],
        hidden=("Notes",),
    )

    loaded = load(data, "price-list.xlsx", "xlsx")

    table = "| Plan | Price |\n| --- | --- |\n| Team | 5 |\n| A\\|B | 7.5 |"
    assert (loaded.title, loaded.markdown) == ("Price list", f"## Prices\n\nAll prices are net\n\n{table}")


@pytest.mark.parametrize(
    "source",
    [
        'Plan,"Price, net"\nTeam,5',
        'Plan;"Price, net"\nTeam;5',
        'Plan\t"Price, net"\nTeam\t5',
        'Plan,"Price,\nnet"\nTeam,5',
    ],
)
def test_a_csv_is_a_table_whatever_separates_its_cells(source):
    assert load(source, "a.csv", "csv").markdown == "| Plan | Price, net |\n| --- | --- |\n| Team | 5 |"


EMAIL = """From: Ann <ann@example.com>
Subject: =?utf-8?q?R=C3=BCckgabe?= of
 two things
Date: Wed, 1 May 2024 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=XX

--XX
Content-Type: multipart/alternative; boundary=YY

--YY
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

F=FCnf Tage.
--YY
Content-Type: text/html

<p>Other text</p>
--YY--
--XX
Content-Type: application/pdf; name="terms.pdf"
Content-Disposition: attachment; filename="terms.pdf"
Content-Transfer-Encoding: base64

AAAA
--XX--
"""


def test_an_e_mail_is_its_subject_and_its_text():
    loaded = load(EMAIL.encode(), "a.eml", "email")

    assert (loaded.title, loaded.markdown) == ("Rückgabe of two things", "Fünf Tage.\n\nAttachments: terms.pdf")
    assert loaded.updated_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_an_e_mail_of_html_alone_becomes_markdown():
    source = b"Subject: Hi\nContent-Type: text/html; charset=no-such\n\n<p>Five <b>days</b></p>"

    assert load(source, "a.eml", "email").markdown.strip() == "Five **days**"


PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n=abcd\n-----END PGP MESSAGE-----\n"
SEALED = {
    "inline": f"\n{PGP}",
    "inline in HTML": f"Content-Type: text/html\n\n<p>{PGP.replace(chr(10), '<br>')}</p>",
    "inline in HTML as code": f"Content-Type: text/html\n\n<pre>{PGP}</pre>",
    "PGP": 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
    "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
    f"--b\nContent-Type: application/octet-stream\nContent-Disposition: inline; filename=m.asc\n\n{PGP}\n--b--\n",
    "S/MIME": "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
    "Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=smime.p7m\n\nMIIB\n",
    "S/MIME of old": "Content-Type: application/x-pkcs7-mime; smime-type=Enveloped-Data\n\nMIIB\n",
}


@pytest.mark.parametrize("letter", SEALED.values(), ids=SEALED.keys())
def test_an_encrypted_e_mail_is_named_as_such(letter):
    with pytest.raises(DocumentError, match="This e-mail is encrypted"):
        load(f"Subject: Hi\nMIME-Version: 1.0\n{letter}".encode(), "a.eml", "email")


def test_what_is_encrypted_beside_a_letter_leaves_it_to_be_read():
    sealed = SEALED["S/MIME"]
    source = f"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nFive days.\n--x\n{sealed}\n--x--\n"

    assert load(source.encode(), "a.eml", "email").markdown == "Five days.\n\nAttachments: smime.p7m"


@pytest.mark.parametrize("text", ["-----BEGIN PGP SIGNED MESSAGE-----\n\nFive days.", f"It begins like this:\n{PGP}"])
def test_a_letter_that_is_signed_or_about_encryption_is_read(text):
    assert load(f"Subject: Hi\n\n{text}".encode(), "a.eml", "email").markdown.strip() == text.strip()
