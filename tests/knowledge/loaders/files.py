"""Files of every format, made here: small ones that are right, and parts to make wrong ones of."""

import io
import zipfile
from collections.abc import Callable, Mapping

from pptx import Presentation

CELLS = tuple[str | int | float, ...]
DOCUMENT = "word/document.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """The same bytes every time: a test may be named after them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def relationships(*targets: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def content_types(**parts: str) -> str:
    lines = (f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{''.join(lines)}</Types>"
    )


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def styles(*names: str) -> str:
    lines = (
        f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in names
    )
    return f'{XML}<w:styles xmlns:w="{WORD}">{"".join(lines)}</w:styles>'


def word_table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(
    body: str = paragraph("Refunds take five days."), doctype: str = "", more: Mapping[str, str | bytes] | None = None
) -> bytes:
    document = f'{XML}{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return package(
        {
            "[Content_Types].xml": content_types(),
            "_rels/.rels": relationships(("officeDocument", DOCUMENT)),
            DOCUMENT: document,
            "word/_rels/document.xml.rels": relationships(("styles", "styles.xml")),
            "word/styles.xml": styles("Title", "Heading 1", "Heading 2", "Code"),
            **(more or {}),
        }
    )


def properties(title: str, modified: str) -> dict[str, str]:
    """The part of an Office file that says what it is."""
    return {
        "docProps/core.xml": f'{XML}<cp:coreProperties xmlns:cp="cp" xmlns:dc="dc" xmlns:dcterms="dcterms">'
        f"<dc:title>{title}</dc:title><dcterms:modified>{modified}</dcterms:modified></cp:coreProperties>"
    }


def xlsx(doctype: str = "", hidden: tuple[str, ...] = (), **sheets: list[CELLS]) -> bytes:
    """Cells may be texts and numbers."""
    parts = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relationships(
            *(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1))
        ),
    }
    entries = ""
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        state = ' state="hidden"' if name in hidden else ""
        entries += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"{state}/>'
        parts[f"xl/worksheets/sheet{number}.xml"] = worksheet(rows, doctype)
    parts["xl/workbook.xml"] = (
        f'{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>'
    )
    return package(parts)


def worksheet(rows: list[CELLS], doctype: str = "") -> str:
    lines = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(cell(value, f"{chr(65 + column)}{number}") for column, value in enumerate(row))
        lines += f'<row r="{number}">{cells}</row>'
    return f'{XML}{doctype}<worksheet xmlns="{SHEET}"><sheetData>{lines}</sheetData></worksheet>'


def cell(value: str | float, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def pptx(*slides: tuple[str, str], notes: str = "", table: list[tuple[str, ...]] | None = None) -> bytes:
    """A slide per title and text; notes and table go on the last one."""
    presentation = Presentation()
    for title, text in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    if table:
        shape = slide.shapes.add_table(len(table), len(table[0]), 0, 0, 914400, 914400)
        for row, texts in zip(shape.table.rows, table, strict=True):
            for part, text in zip(row.cells, texts, strict=True):
                part.text = text
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def pdf(*pages: str, trailer: str = "") -> bytes:
    """A page per text. Its first line is set large, as a heading."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        kids.append(f"{len(objects) + 1} 0 R")
        stream = page_content(page)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return with_xref(objects, trailer)


def page_content(text: str) -> str:
    heading, *lines = text.split("\n")
    shown = [f"BT /F1 24 Tf 72 720 Td ({heading}) Tj ET"]
    shown += [f"BT /F1 11 Tf 72 {690 - 16 * number} Td ({line}) Tj ET" for number, line in enumerate(lines)]
    return "\n".join(shown)


def with_xref(objects: list[str], trailer: str) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode() + end.encode()


MAIN_PART = {"docx": DOCUMENT, "pptx": "ppt/slides/slide1.xml", "xlsx": "xl/worksheets/sheet1.xml"}


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same package with one part rewritten."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    old = parts[part]
    return package({**parts, part: change(old.decode() if isinstance(old, bytes) else old)})
