"""ODS → Draft: each row of each sheet is a block, under the name of the sheet, its values as the sheet shows them.

Hidden sheets, rows and columns, comments and deletions are told. This module does not know text documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import EmptySource
from rag.parsing.content import ContentBuilder, ParsedContent
from rag.parsing.office.odf_text import child, odf_text, repeats
from rag.parsing.office.odt import embed, open_document
from rag.parsing.ooxml import Package, attribute, inside, local
from rag.parsing.tables.grid import Area, Grid, write_grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["read"]

_MOST = 10_000  # rows or columns that are one said again
_HIDING = ("collapse", "filter")


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    package, content, writer = open_document(data, "a spreadsheet")
    unseen = {attribute(one.getparent(), "name") for one in content.iter("{*}table-properties") if _is_unseen(one)}
    for deletion in content.iter("{*}cell-content-deletion", "{*}deletion"):
        if odf_text(deletion).strip():
            writer.ledger.leave("tracked deletion", odf_text(deletion))
    for body in content.iter("{*}spreadsheet"):
        for table in (one for one in inside(body) if local(one) == "table"):
            _write(writer, package, table, attribute(table, "style-name") in unseen)
    draft = writer.draft("application/vnd.oasis.opendocument.spreadsheet")
    if all(block.kind == "heading" for block in draft.blocks):
        raise EmptySource("The workbook contains no text.", "Fill it in, or remove it.")
    return draft


def _is_unseen(properties: _Element) -> bool:
    return attribute(properties, "display") == "false"


def _write(writer: ContentBuilder, package: Package, table: _Element, unseen: bool) -> None:
    name = attribute(table, "name")
    place = f"sheet {name}"
    if unseen:
        writer.ledger.leave("hidden sheet", f"{name} {odf_text(table)}", place)
        return
    grid = Grid(name)
    column = 1
    for one in _below(table, "table-column"):
        wide = repeats(one, "number-columns-repeated", 1 << 20)
        if attribute(one, "visibility") in _HIDING:
            grid.hidden_columns.append((column, column + wide - 1))
        column += wide
    at = 1
    for row in _below(table, "table-row"):
        at = _read_row(writer, grid, row, at, place)
    write_grid(writer, grid)
    for frame in table.iter("{*}frame"):
        if not grid.cells and not writer.length:
            writer.add("heading", name)
        _write_frame(writer, package, frame, place)


def _below(parent: _Element, name: str) -> Iterator[_Element]:
    for one in inside(parent):
        if local(one) == name:
            yield one
        elif local(one) not in ("table-row", "shapes", "forms", "named-expressions"):
            yield from _below(one, name)


def _read_row(writer: ContentBuilder, grid: Grid, row: _Element, at: int, place: str) -> int:
    """Fills a row, as often as it stands, and gives the number of the next."""
    high = repeats(row, "number-rows-repeated", 1 << 20)
    cells: dict[int, str] = {}
    column = 1
    for cell in inside(row):
        if local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        wide = repeats(cell, "number-columns-repeated", 1 << 14)
        text = " ".join(" ".join(odf_text(one) for one in inside(cell) if local(one) in ("p", "list")).split())
        if not text and attribute(cell, "formula") and not attribute(cell, "value-type"):
            text = "=" + attribute(cell, "formula").partition("=")[2]
            grid.formulas[at, column] = text, ""
        for one in (one for one in inside(cell) if local(one) == "annotation"):
            said = " ".join(odf_text(each) for each in inside(one) if local(each) in ("p", "list"))
            writer.ledger.leave("comment", said, place)
        spans = [repeats(cell, f"number-{name}-spanned", 1 << 14) for name in ("rows", "columns")]
        if max(spans) > 1:
            grid.merged.append(Area(at, column, at + spans[0] - 1, column + spans[1] - 1))
        if text and local(cell) == "table-cell":
            cells.update(dict.fromkeys(range(column, column + min(wide, _MOST)), text))
        column += wide
    for repeated in range(min(high, _MOST) if cells else 0):
        grid.cells[at + repeated] = dict(cells)
    if attribute(row, "visibility") == "collapse":
        grid.hidden_rows |= set(range(at, at + min(high, _MOST)))
    return at + high


def _write_frame(writer: ContentBuilder, package: Package, frame: _Element, place: str) -> None:
    """A box, a chart or a picture that lies on a sheet."""
    for one in inside(frame):
        name = local(one)
        if name == "text-box":
            writer.add("paragraph", odf_text(one))
        elif name == "image":
            writer.ledger.leave("picture", " ".join(odf_text(child(frame, part)) for part in ("title", "desc")), place)
        elif name == "object":
            if not embed(writer, package, attribute(one, "href"), place, values=False):
                writer.ledger.leave("attachment", "", place)
        else:
            continue
        return
