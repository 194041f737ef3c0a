"""XLS → Draft, by calamine: each row of each sheet is a block, under the name of the sheet.

Numbers stand in their plain form: calamine does not tell how a sheet shows them, but for days and hours. This module
does not know what is drawn on a sheet, nor which rows are hidden.
"""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING

from rag.errors import EmptySource, EncryptedSource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent
from rag.parsing.number_formats import plain
from rag.parsing.rows import row_text
from rag.parsing.tables.grid import Area, Grid, write_grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["read"]


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, or EmptySource."""
    import python_calamine as calamine

    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSource(
            "The file is not an Excel 97-2003 workbook.", "Open it in Excel or LibreOffice and save it as .xlsx."
        )
    writer = ContentBuilder()
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                grid = _grid(book.get_sheet_by_name(about.name))
                if about.visible == calamine.SheetVisibleEnum.Visible:
                    write_grid(writer, grid)
                else:
                    rows = (row_text(list(cells.values())) for cells in grid.cells.values())
                    writer.ledger.leave("hidden sheet", " ".join([about.name, *rows]), f"sheet {about.name}")
            elif about.typ == calamine.SheetTypeEnum.ChartSheet:
                writer.ledger.leave("chart", "", f"sheet {about.name}")
    except calamine.PasswordError as error:
        raise EncryptedSource("The file needs a password.", "Save a copy without a password and use that.") from error
    except (calamine.CalamineError, ValueError, OverflowError, OSError) as error:
        raise UnreadableSource(
            "The file is damaged or is not a workbook.", "Open it in Excel or LibreOffice and save it as .xlsx."
        ) from error
    draft = writer.draft("application/vnd.ms-excel")
    if not draft.text:
        raise EmptySource("The workbook contains no text.", "Fill it in, or remove it.")
    return draft


def _grid(sheet: CalamineSheet) -> Grid:
    grid = Grid(sheet.name)
    top, left = sheet.start or (0, 0)
    for row, values in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
        for column, value in enumerate(values, left + 1):
            grid.put(row, column, _text(value))
    for (first, start), (last, end) in sheet.merged_cell_ranges or ():
        grid.merged.append(Area(first + 1, start + 1, last + 1, end + 1))
    return grid


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return " ".join(str(value).split())
