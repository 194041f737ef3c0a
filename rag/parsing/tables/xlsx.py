"""XLSX → Draft: each row of each sheet is a block, under the name of the sheet, its values as the sheet shows them.

Formulas are read as the values saved with them; one without is told, and worked out if it is plain, else shown as it
is written. Hidden sheets,
rows and columns are told. This module does not know how a worksheet is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.office.charts import drawn_text, write_chart, write_diagram
from rag.parsing.ooxml import Package, attribute, inside, local, open_package, reference
from rag.parsing.rows import row_text
from rag.parsing.tables.grid import Grid, write_grid
from rag.parsing.tables.sheet import Formats, read_formats, read_sheet, string_text

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["read"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    package = open_package(data)
    part = package.main("xl/workbook.xml")
    book = package.part(part)
    if book is None or local(book) != "workbook":
        raise UnreadableSource(
            "The file is damaged or is not a workbook.", "Open it in Excel or LibreOffice and save it again."
        )
    told = package.told()
    title, date = plausible_title(told.get("title")), date_of([told.get("modified"), told.get("created")])
    writer = ContentBuilder(title=title, date=date)
    _write(writer, package, part, book)
    for name in package.damaged:
        writer.ledger.leave("unreadable text", "", name)
    draft = writer.draft(_MEDIA_TYPE)
    if all(block.kind == "heading" for block in draft.blocks):
        raise EmptySource("The workbook contains no text.", "Fill it in, or remove it.")
    return draft


def _write(writer: ContentBuilder, package: Package, part: str, book: _Element) -> None:
    about = next((one for one in inside(book) if local(one) == "workbookPr"), None)
    styles = [package.part(name) for name in package.related(part, "styles")]
    later = next((attribute(one, "fullCalcOnLoad") for one in inside(book) if local(one) == "calcPr"), "")
    formats = read_formats(
        styles[0] if styles else None,
        from_1904=attribute(about, "date1904") in ("1", "true"),
        unsure=later in ("1", "true"),
    )
    strings = _strings(package, part)
    relations = package.relations(part)
    sheets = []
    for one in book.iter("{*}sheet"):
        relation = relations.get(reference(one))
        if relation is not None:
            hidden = attribute(one, "state", "visible") != "visible"
            sheets.append(_Sheet(attribute(one, "name"), relation.target, hidden))
    unseen = {sheet.name for sheet in sheets if sheet.hidden}
    for sheet in sheets:
        _write_sheet(writer, package, sheet, strings, formats, unseen)


def _strings(package: Package, part: str) -> list[str]:
    for name in package.related(part, "sharedStrings"):
        tree = package.part(name)
        if tree is not None:
            return [string_text(one) for one in inside(tree) if local(one) == "si"]
    return []


def _write_sheet(
    writer: ContentBuilder, package: Package, sheet: _Sheet, strings: list[str], formats: Formats, unseen: set[str]
) -> None:
    from lxml.etree import LxmlError

    place = f"sheet {sheet.name}"
    data = package.data(sheet.part)
    grid = Grid(sheet.name)
    heads: list[str] = []
    try:
        if data is None:
            writer.ledger.leave("unreadable text", "", place)
        else:
            heads = read_sheet(data, grid, strings, formats)
    except LxmlError:
        writer.ledger.leave("unreadable text", "", place)
    if sheet.hidden:
        texts = [row_text(list(cells.values())) for cells in grid.cells.values()]
        texts += [text for tree in _drawings(package, sheet.part) for text in drawn_text(tree[1])]
        writer.ledger.leave("hidden sheet", " ".join([sheet.name, *texts]), place)
        return
    write_grid(writer, grid)
    for text in heads:
        if text.strip():
            writer.ledger.leave("running head", text, place)
    for name, tree in _drawings(package, sheet.part):
        if not grid.cells and next(tree.iter("{*}txBody", "{*}chart", "{*}relIds"), None) is not None:
            writer.add("heading", sheet.name)
        _write_drawing(writer, package, name, tree, place, unseen)
    _tell_comments(writer, package, sheet.part, place)


def _drawings(package: Package, part: str) -> list[tuple[str, _Element]]:
    found = ((name, package.part(name)) for name in package.related(part, "drawing"))
    return [(name, tree) for name, tree in found if tree is not None]


def _write_drawing(
    writer: ContentBuilder, package: Package, name: str, drawing: _Element, place: str, unseen: set[str]
) -> None:
    """Boxes, charts and diagrams that lie on a sheet. A chart of its cells says its titles: the cells are there."""
    for one in drawing.iter("{*}txBody", "{*}pic", "{*}chart", "{*}relIds"):
        kind = local(one)
        if kind == "txBody":
            for text in drawn_text(one):
                writer.add("paragraph", text)
        elif kind == "pic":
            about = next(one.iter("{*}cNvPr"), None)
            writer.ledger.leave("picture", attribute(about, "descr"), place)
        else:
            relation = package.relations(name).get(reference(one, "id" if kind == "chart" else "dm"))
            tree = None if relation is None else package.part(relation.target)
            if tree is None:
                writer.ledger.leave("chart", "", place)
            elif kind == "relIds":
                write_diagram(writer, tree)
            else:
                write_chart(writer, tree, place, values=_is_of_others(tree, unseen))


def _is_of_others(chart: _Element, unseen: set[str]) -> bool:
    """Whether a chart draws cells that are not in the text: of hidden sheets, or of other files."""
    cells = [one.text or "" for one in chart.iter("{*}f")]
    return not cells or any("[" in cell or cell.rpartition("!")[0].strip("'") in unseen for cell in cells)


def _tell_comments(writer: ContentBuilder, package: Package, part: str, place: str) -> None:
    """Comments on cells; those that are threads are kept twice, the second time with a note on old programs."""
    threads = package.related(part, "threadedComment")
    for name in threads or package.related(part, "comments"):
        tree = package.part(name)
        for one in () if tree is None else tree.iter("{*}threadedComment" if threads else "{*}comment"):
            said = " ".join(piece.text or "" for piece in one.iter("{*}t", "{*}text"))
            writer.ledger.leave("comment", said, place)
