"""XLSX → Draft, by openpyxl: each row of each sheet is a block, under the name of the sheet.

Formulas are read as the values saved with them. This module does not know formats or charts.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.archive import open_zip
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of

__all__ = ["read"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    open_zip(data).close()
    try:
        return _draft(data)
    except (
        LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        SyntaxError,
    ) as error:
        raise UnreadableSource(
            "The file is damaged or is not a workbook.", "Open it in Excel or LibreOffice and save it again."
        ) from error


def _draft(data: bytes) -> ParsedContent:
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about features of the file that do not concern its text
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        told = book.properties
        writer = ContentBuilder(title=plausible_title(told.title), date=date_of([told.modified, told.created]))
        for sheet in book.worksheets:
            _write(writer, sheet)
    draft = writer.draft(_MEDIA_TYPE)
    if not any(block.kind == "table" for block in draft.blocks):
        raise EmptySource("The workbook contains no text.", "Fill it in, or remove it.")
    return draft


def _write(writer: ContentBuilder, sheet: Any) -> None:
    named = False
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        if not any(cells):
            continue
        if not named:
            writer.add("heading", sheet.title)
            named = True
        writer.add("table", " | ".join(filter(None, cells)))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split())
