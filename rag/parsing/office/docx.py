"""DOCX → Draft, by python-docx: paragraphs, headings by style, lists and tables in document order.

Headers and footers are left out: they repeat on every page. This module does not know pages; Word makes them when it
prints.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.archive import open_zip
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

__all__ = ["MEDIA_TYPE", "read"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADING = re.compile(r"(?i)^(?:heading|überschrift|titre|título|titolo|заголовок|标题)\s*(\d)")
_LISTS = re.compile(r"(?i)^(?:list|liste|lista|aufzählung|bullet)")


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, or EmptySource."""
    document = _open(data)
    told = document.core_properties
    writer = ContentBuilder(title=_title(document), date=date_of([told.modified, told.created]))
    for item in document.iter_inner_content():
        _write(writer, item)
    draft = writer.draft(MEDIA_TYPE)
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def _open(data: bytes) -> Any:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    open_zip(data).close()
    try:
        return docx.Document(io.BytesIO(data))
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError, EOFError) as error:
        raise UnreadableSource(
            "The file is damaged or is not a Word document.", "Open it in Word or LibreOffice and save it again."
        ) from error


def _title(document: Any) -> str:
    titled = (p.text for p in document.paragraphs[:20] if _style(p).lower() in ("title", "titel", "titre", "título"))
    shown = plausible_title(next((text for text in titled if text.strip()), ""))
    if shown:
        return shown
    told = plausible_title(document.core_properties.title)
    if told:
        return told
    first = (p.text for p in document.paragraphs if _HEADING.match(_style(p)) and _style(p).endswith("1"))
    return plausible_title(next((text for text in first if text.strip()), ""))


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "") if style is not None else ""


def _write(writer: ContentBuilder, item: Paragraph | Table) -> None:
    from docx.table import Table

    if isinstance(item, Table):
        for cells in _rows(item):
            writer.add("table", " | ".join(cells))
        return
    style, text = _style(item), item.text
    heading = _HEADING.match(style)
    if style.lower() in ("title", "titel", "titre", "título"):
        writer.add("heading", text, 0)
    elif heading:
        writer.add("heading", text, int(heading[1]))
    else:
        numbered = item._p.pPr is not None and item._p.pPr.numPr is not None
        writer.add("list" if numbered or _LISTS.match(style) else "paragraph", text)


def _rows(table: Table) -> Iterator[list[str]]:
    """The cells of each row, a merged one once."""
    for row in table.rows:
        seen: set[int] = set()
        cells = []
        for cell in row.cells:
            if id(cell._tc) not in seen:
                seen.add(id(cell._tc))
                cells.append(" ".join(cell.text.split()))
        if any(cells):
            yield [text for text in cells if text]
