"""Tables of HTML: which are tables and which only lay a page out, and their rows with every cell at its place.

A cell that spans several rows or columns says its value in each of them; a blank cell stays a blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.parsing.ledger import word_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["is_data", "names_columns", "rows_of"]

_WIDEST = 1000  # columns; HTML's own limit for a span
_LONGEST = 65_534  # rows, likewise
_MOST = 50_000  # cells that spans may add up to
_WORDS = 120  # of one cell; with more, a table lays out a page
_LAYING_OUT = ("table", "h1", "h2", "h3", "article", "section", "main", "form", "pre")


def is_data(table: _Element) -> bool:
    """Whether a table is one, and not the frame that a page hangs in."""
    if table.get("role") in ("presentation", "none"):
        return False
    headed = False
    widest = 0
    for row in _rows(table):
        cells = _cells(row)
        widest = max(widest, len(cells))
        headed = headed or any(cell.tag == "th" for cell in cells)
        for cell in cells:
            if any(inner.tag in _LAYING_OUT for inner in cell.iterdescendants()):
                return False
            if word_count("".join(cell.itertext())) > _WORDS:
                return False
    return widest > 1 or headed


def rows_of(table: _Element) -> list[list[_Element | None]]:
    """The cells of each row, those that span it or several columns at each place; None where there is none."""
    rows: list[list[_Element | None]] = []
    carried: dict[int, tuple[_Element, int]] = {}  # column -> cell from above, rows that it still spans
    room = _MOST
    for row in _rows(table):
        line: list[_Element | None] = []
        coming: dict[int, tuple[_Element, int]] = {}
        last = max(carried, default=-1)
        cells = iter(_cells(row))
        while len(line) < min(_WIDEST, room):
            at = len(line)
            if at in carried:
                cell, more = carried[at]
                line.append(cell)
                coming.update({at: (cell, more - 1)} if more > 1 else {})
            elif (cell := next(cells, None)) is not None:
                width, height = _span(cell, "colspan", _WIDEST - at), _span(cell, "rowspan", _LONGEST)
                line += [cell] * width
                coming.update({at + column: (cell, height - 1) for column in range(width) if height > 1})
            elif at < last:
                line.append(None)
            else:
                break
        rows.append(line)
        room -= len(line)
        carried = coming
    return rows


def names_columns(row: Sequence[_Element | None]) -> bool:
    """Whether the cells of a row say that they name columns: they stand in the head, or all are names."""
    cells = [cell for cell in row if cell is not None]
    if any(cell.get("scope") in ("row", "rowgroup") for cell in cells):
        return False
    parents = {cell.getparent().getparent().tag for cell in cells[-1:]}
    return "thead" in parents or (len(cells) > 1 and all(cell.tag == "th" for cell in cells))


def _rows(table: _Element) -> list[_Element]:
    """Its own rows, not those of tables inside."""
    rows = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows += [row for row in child if row.tag == "tr"]
    return rows


def _cells(row: _Element) -> list[_Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _span(cell: _Element, name: str, most: int) -> int:
    told = (cell.get(name) or "1").strip()
    return max(1, min(int(told), most)) if told.isdecimal() and len(told) < 10 else 1
