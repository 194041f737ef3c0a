"""A table of a document: which rows and columns it has, and where in the text each cell stands."""

from __future__ import annotations

import json
import struct
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.types.spans import Span

__all__ = ["Table", "column_name", "pack_tables", "table_of", "unpack_tables"]

_SIZE = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong together, the first `header_rows` of them naming the columns; a row may have fewer cells.

    `notes` are what stands above and below it and is no row. `sheet` is the name of a spreadsheet's sheet and `letters`
    the numbers of the columns there, from 1; "" and () elsewhere. Where each row and cell stands is packed, so that a
    sheet of 100,000 rows takes a few megabytes: ask `row`, `cells`, `number`.
    """

    span: Span
    columns: int
    header_rows: int
    sheet: str = ""
    page: int | None = None
    letters: tuple[int, ...] = ()
    notes: tuple[Span, ...] = ()
    row_places: bytes = b""  # int32, a row: start, end, number of its first cell, row of the sheet or 0
    cell_places: bytes = b""  # int32, a cell: start, end

    @property
    def rows(self) -> NDArray[np.int32]:
        """`(rows, 4)`: start, end, number of the first cell, row of the sheet."""
        return np.frombuffer(self.row_places, np.int32).reshape(-1, 4)

    @property
    def places(self) -> NDArray[np.int32]:
        """`(cells, 2)`: where the cells of all rows stand."""
        return np.frombuffer(self.cell_places, np.int32).reshape(-1, 2)

    def row(self, at: int) -> Span:
        """Where a row stands."""
        start, end, *_ = self.rows[at].tolist()
        return Span(start, end)

    def cells(self, at: int) -> list[Span]:
        """Where the cells of a row stand, one a column; a blank one is empty."""
        rows, places = self.rows, self.places
        last = int(rows[at + 1, 2]) if at + 1 < len(rows) else len(places)
        found = [Span(start, end) for start, end in places[int(rows[at, 2]) : last].tolist()]
        end = int(rows[at, 1])
        return found + [Span(end, end)] * (self.columns - len(found))

    def number(self, at: int) -> int:
        """The number of a row in its sheet, from 1; 0 where there is no sheet."""
        return int(self.rows[at, 3])

    def texts(self, text: str, at: int) -> list[str]:
        """What the cells of a row say, one a column, in the text of the document."""
        return [text[start:end] for start, end in self.cells(at)]

    def heads(self, text: str) -> tuple[str, ...]:
        """The name of each column: what the head rows say, outermost first, what is said twice once; "" for none."""
        rows = [self.texts(text, at) for at in range(self.header_rows)]
        if not rows:
            return ("",) * self.columns
        return tuple(" ".join(dict.fromkeys(filter(None, column))) for column in zip(*rows, strict=True))

    def row_at(self, offset: int) -> int | None:
        """The row that holds a place of the text; None for what is no row."""
        rows = self.rows
        at = bisect_right(range(len(rows)), offset, key=lambda row: rows[row, 0]) - 1  # numpy would copy the column
        return at if at >= 0 and offset < max(int(rows[at, 1]), int(rows[at, 0]) + 1) else None


def table_of(
    rows: Sequence[tuple[Span, Sequence[Span], int]],
    header_rows: int,
    *,
    sheet: str = "",
    page: int | None = None,
    letters: Sequence[int] = (),
    notes: Sequence[Span] = (),
) -> Table:
    """A table of rows: where each stands, where its cells do, and its number in the sheet."""
    columns = max(len(cells) for _, cells, _ in rows)
    about: list[tuple[int, int, int, int]] = []
    places: list[Span] = []
    for span, cells, number in rows:
        about.append((span.start, span.end, len(places), number))
        places += cells
    return Table(
        Span(rows[0][0].start, rows[-1][0].end),
        columns,
        header_rows,
        sheet,
        page,
        tuple(letters[:columns]),
        tuple(notes),
        np.array(about, np.int32).tobytes(),
        np.array(places, np.int32).tobytes(),
    )


def pack_tables(tables: Sequence[Table]) -> bytes:
    """Tables as bytes, compressed; none as no bytes."""
    if not tables:
        return b""
    facts = [
        (*t.span, t.columns, t.header_rows, t.sheet, t.page, t.letters, t.notes, len(t.row_places), len(t.cell_places))
        for t in tables
    ]
    head = json.dumps(facts).encode()
    parts = [part for table in tables for part in (table.row_places, table.cell_places)]
    return zlib.compress(b"".join((_SIZE.pack(len(head)), head, *parts)), 1)


def unpack_tables(data: bytes) -> tuple[Table, ...]:
    """The other way."""
    if not data:
        return ()
    whole = zlib.decompress(data)
    at = _SIZE.size + _SIZE.unpack_from(whole)[0]
    found = []
    for start, end, columns, header_rows, sheet, page, letters, notes, *sizes in json.loads(whole[_SIZE.size : at]):
        parts = []
        for size in sizes:
            parts.append(whole[at : at + size])
            at += size
        above = tuple(Span(*note) for note in notes)
        found.append(Table(Span(start, end), columns, header_rows, sheet, page, tuple(letters), above, *parts))
    return tuple(found)


def column_name(column: int) -> str:
    """ "A" for 1, "AB" for 28."""
    name = ""
    while column > 0:
        column, at = divmod(column - 1, 26)
        name = chr(65 + at) + name
    return name
