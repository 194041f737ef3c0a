"""The table around quoted rows: its heads, so many rows on either side, and where these stand.

This module does not know how a table is shown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import cast

from rag.answering import cell_at, cells_named, row_said
from rag.types import JSON, Document, QuotedRows, Span, Table

__all__ = ["TableView", "table_around"]


@dataclass(frozen=True, slots=True)
class TableView:
    """Rows of a table as they stand in a document: `rows[slice(*lit)]` are the quoted ones between their neighbours.

    `above` and `below` count the rows of the table further up and down. `cell` is the asked cell as (row of `rows`,
    column). `sheet` and `cells` are the place of the quoted rows, `span` is that of all `rows` in the text, `room`
    what of the text about them is no other table.
    """

    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    lit: tuple[int, int]
    cell: tuple[int, int] | None
    sheet: str
    cells: str
    above: int
    below: int
    span: Span
    room: Span

    @property
    def quoted(self) -> QuotedRows:
        """The quoted rows by themselves."""
        first, end = self.lit
        cell = (self.cell[0] - first, self.cell[1]) if self.cell else None
        return QuotedRows(self.heads, self.rows[first:end], cell, self.sheet, self.cells)

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], asdict(self))


def table_around(document: Document, span: Span, answer: Span | None = None, rows: int = 10) -> TableView | None:
    """The rows that a span lies on, with up to `rows` on either side; None where it begins in no row of a table.

    Rows that name the columns are the heads, unless they are quoted themselves.
    """
    place = document.row_at(span.start)
    if place is None:
        return None
    table, first = place
    count = len(table.rows)
    last = max(takewhile(lambda at: table.row(at).start < span.end, range(first, count)), default=first)
    heads = table.header_rows if first >= table.header_rows else 0
    begin, end = max(heads, first - rows), min(count, last + 1 + rows)
    cell = cell_at(table, answer, first, last) if answer is not None else None
    top = 0 if begin == heads else begin  # nothing stands between heads and the first row
    return TableView(
        tuple(row_said(document, table, at) for at in range(heads)),
        tuple(row_said(document, table, at) for at in range(begin, end)),
        (first - begin, last + 1 - begin),
        (cell[0] - begin, cell[1]) if cell else None,
        table.sheet,
        cells_named(table, first, last),
        begin - heads,
        count - end,
        Span(table.row(top).start, table.row(end - 1).end),
        _room(document, table),
    )


def _room(document: Document, table: Table) -> Span:
    """The text from the end of the table before to the beginning of the one behind, of a sheet without any name."""
    before = [one.span.end for one in document.tables if one.span.end <= table.span.start]
    behind = [one.span.start for one in document.tables if one.span.start >= table.span.end]
    if table.sheet:
        names = [block.span for block in document.blocks if block.kind == "heading"]
        before += [name.end for name in names if name.end <= table.span.start]
        behind += [name.start for name in names if name.start >= table.span.end]
    return Span(max(before, default=0), min(behind, default=len(document.text)))
