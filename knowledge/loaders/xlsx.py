import io

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.tables import markdown_table


def load_xlsx(source: bytes) -> Loaded:
    """A table per sheet, under the sheet's name. What is hidden from a reader is not read either."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source))
        shown = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if (sheet.typ, sheet.visible) == (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
        ]
        tables = {name: markdown_table(workbook.get_sheet_by_name(name).iter_rows()) for name in shown}
    except PasswordError as error:
        raise DocumentError("This workbook is protected by a password. Save it without one and try again.") from error
    except CalamineError as error:
        raise DocumentError("This workbook is damaged. Open it in Excel, save it again and try once more.") from error
    return Loaded("", "", "\n\n".join(f"## {name}\n\n{table}" for name, table in tables.items() if table))
