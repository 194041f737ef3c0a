"""A table as a question sees it: names of columns, cells as keys, how their figures are read, what stands around it.

Built once a table and kept for the next question, as far as there is room. This module does not know what is asked.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.answering.quoted_rows import row_said
from rag.answering.table_terms import keys_of
from rag.language import Reading, is_figure, is_year, reading_of
from rag.types import Document, Span, Table

__all__ = ["MOST_CELLS", "MOST_INDEXED", "TableView", "view_at", "views_of"]

_SAMPLE = 200  # cells of a column by which its kind is told
_SHARE = 0.7  # of them, to be of one kind
MOST_CELLS = 2_000_000
"""Cells of a table that is looked up in; the rows of a larger one are found as passages only."""
MOST_INDEXED = 4_000_000
"""Cells of all tables that are indexed at a time, some 20 bytes each; those asked longest ago give way."""
_HELD = 100_000_000  # bytes of documents whose tables are kept for the next question
_CAPTION = 100  # characters; what stands above a table and is longer is a paragraph
_KNOWN = 50_000  # cells of a table whose texts are kept


class _Index(NamedTuple):
    """Which rows hold a key: hashes of keys, ascending, with the row of each."""

    hashes: NDArray[np.int64]  # (n,)
    rows: NDArray[np.int32]  # (n,)

    def rows_of(self, key: str) -> list[int]:
        first, last = np.searchsorted(self.hashes, hash(key), "left"), np.searchsorted(self.hashes, hash(key), "right")
        found: list[int] = self.rows[first:last].tolist()
        return found


@dataclass(slots=True, eq=False)
class TableView:
    """One table of a document. `body` are the numbers of its rows that do not name columns."""

    document: Document
    table: Table
    heads: tuple[str, ...]
    head_keys: tuple[frozenset[str], ...]
    around: frozenset[str]  # keys of the document's name, headings, sheet, notes and all heads
    subject: frozenset[str]  # those of what its rows are: of a table in a text its heading and caption, not the text's
    readings: tuple[Reading, ...]
    kinds: tuple[str, ...]  # of the values of each column: "figure", "moment", "year" or "words"
    label: int  # the column that names the rows
    _index: _Index | None = None
    _known: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _groups: tuple[int, ...] | None = None

    @property
    def body(self) -> range:
        return range(self.table.header_rows, len(self.table.rows))

    def texts(self, row: int) -> tuple[str, ...]:
        """What the cells of a row say."""
        known = self._known.get(row)
        if known is None:
            if len(self._known) * len(self.heads) > _KNOWN:
                self._known.clear()
            known = self._known[row] = row_said(self.document, self.table, row)
        return known

    def keys(self, row: int) -> list[frozenset[str]]:
        """The keys of each cell of a row, and of the row that stands over it as a heading, if there is one."""
        own = [keys_of(text, reading) for text, reading in zip(self.texts(row), self.readings, strict=True)]
        above = self._heading_of(row)
        return own if above is None else [*own, keys_of(self.texts(above)[0], self.readings[0])]

    def rows_with(self, keys: Iterable[str]) -> set[int]:
        """The rows that hold one of some keys in some cell."""
        found: set[int] = set()
        index = _ROOM.index_of(self)
        for key in keys:
            found.update(index.rows_of(key))
        return found

    def indexed(self) -> _Index:
        """The rows by what their cells say."""
        hashes, rows = array("q"), array("i")
        for row in self.body:
            said = row_said(self.document, self.table, row)
            own = {key for text, reading in zip(said, self.readings, strict=True) for key in keys_of(text, reading)}
            above = self._heading_of(row)
            if above is not None:
                own |= keys_of(row_said(self.document, self.table, above)[0], self.readings[0])
            for key in own:
                hashes.append(hash(key))
                rows.append(row)
        order = np.argsort(np.frombuffer(hashes, np.int64), kind="stable")
        return _Index(np.frombuffer(hashes, np.int64)[order], np.frombuffer(rows, np.int32)[order])

    def _heading_of(self, row: int) -> int | None:
        """The row that names a group of rows and holds nothing else: "Costs" above "Rent" and "Staff"."""
        if self._groups is None:
            self._groups = tuple(_headings(self))
        at = bisect_right(self._groups, row) - 1
        return self._groups[at] if at >= 0 and self._groups[at] != row else None


def _headings(view: TableView) -> Iterator[int]:
    """The rows of a table that name groups; none unless the first row below the heads is one, and others follow it."""
    if len(view.heads) < 3 or len(view.body) < 3 or not _names_a_group(view, view.body[0]):
        return
    for row in view.body[:-1]:
        if _names_a_group(view, row) and not _names_a_group(view, row + 1):
            yield row


def _names_a_group(view: TableView, row: int) -> bool:
    first, *others = view.table.cells(row)
    return first.start < first.end and all(cell.start == cell.end for cell in others)


class _Room:
    """The tables kept for the next question, those asked longest ago first: they give way where they are too many."""

    def __init__(self) -> None:
        self._views: dict[tuple[str, str], tuple[int, tuple[TableView, ...]]] = {}
        self._indexed: dict[TableView, int] = {}
        self._lock = threading.Lock()

    def views_of(self, document: Document) -> tuple[TableView, ...]:
        key = document.id, document.path
        with self._lock:
            found = self._views.pop(key, None)
        found = found or (
            document.memory,
            tuple(_view(document, table) for table in document.tables if _is_asked(table)),
        )
        with self._lock:
            self._views[key] = found
            while len(self._views) > 1 and sum(size for size, _ in self._views.values()) > _HELD:
                del self._views[next(iter(self._views))]
        return found[1]

    def index_of(self, view: TableView) -> _Index:
        index = view._index or view.indexed()
        with self._lock:
            view._index = index
            self._indexed.pop(view, None)
            self._indexed[view] = len(view.table.places)
            while len(self._indexed) > 1 and sum(self._indexed.values()) > MOST_INDEXED:
                oldest = next(iter(self._indexed))
                del self._indexed[oldest]
                oldest._index = None
        return index


_ROOM = _Room()


def views_of(document: Document) -> tuple[TableView, ...]:
    """The tables of a document that can be asked: of two rows and two columns at least, and not too large."""
    return _ROOM.views_of(document) if document.tables else ()


def _is_asked(table: Table) -> bool:
    return table.columns > 1 and len(table.rows) > 1 and len(table.places) <= MOST_CELLS


def view_at(document: Document, span: Span) -> tuple[TableView, int] | None:
    """The table with heads, and the row of it below them, that a place is; None for any other place."""
    at = document.row_of(span)
    if at is None:
        return None
    view = next((view for view in views_of(document) if view.table == at[0]), None)
    return None if view is None else (view, at[1])


def _view(document: Document, table: Table) -> TableView:
    heads = table.heads(document.text)
    plain = Reading()
    body = range(table.header_rows, len(table.rows))
    step = max(1, len(body) // _SAMPLE)
    sample = [row_said(document, table, row) for row in body[::step]]
    columns = list(zip(*sample, strict=True)) if sample else [()] * table.columns
    readings = tuple(reading_of(filter(None, column)) for column in columns)
    at = document.block_at(table.span.start)
    headings = document.blocks[at].heading if at >= 0 else ()
    above = (document.name, *headings, table.sheet)
    notes = [document.text[slice(*note)] for note in table.notes]
    around = frozenset().union(*(keys_of(text, plain) for text in (*above, *notes, *heads)))
    kinds = tuple(_kind(column, reading) for column, reading in zip(columns, readings, strict=True))
    label = _label(columns, kinds)
    alone = 2 * (table.span.end - table.span.start) > len(document.text)  # what the document is about, its rows are
    own = above if alone else (*headings[-1:], table.sheet) if headings[-1:] != (document.name,) else (table.sheet,)
    captions = [note for note in notes if len(note) <= _CAPTION]
    near = (*own, *captions, heads[label] if heads else "")
    return TableView(
        document,
        table,
        heads,
        tuple(keys_of(head, plain) for head in heads),
        around,
        frozenset().union(*(keys_of(text, plain) for text in near)),
        readings,
        kinds,
        label,
    )


def _kind(cells: Sequence[str], reading: Reading) -> str:
    filled = [cell for cell in cells if cell]
    if not filled:
        return "words"
    years = sum(is_year(cell) for cell in filled)
    if years >= _SHARE * len(filled):
        return "year"
    moments = sum(isinstance(reading.order(cell), tuple) for cell in filled)
    if moments >= _SHARE * len(filled):
        return "moment"
    return "figure" if sum(map(is_figure, filled)) >= _SHARE * len(filled) else "words"


def _label(columns: Sequence[Sequence[str]], kinds: Sequence[str]) -> int:
    """The first column of words whose cells differ from row to row; else the first."""
    for at, cells in enumerate(columns):
        filled = [cell for cell in cells if cell]
        if kinds[at] == "words" and filled and len(set(filled)) > 0.8 * len(filled):
            return at
    return 0
