"""A table as a question sees it: names of columns, cells as keys, how their figures are read, what stands around it.

Built once a table and kept for the next question. This module does not know what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rag.answering.quoted_rows import row_said
from rag.answering.table_terms import keys_of
from rag.language import Reading, is_figure, is_year, reading_of
from rag.types import Document, Span, Table

__all__ = ["TableView", "view_at", "views_of"]

_SAMPLE = 200  # cells of a column by which its kind is told
_SHARE = 0.7  # of them, to be of one kind
_INDEXED = 200_000  # cells of which the keys are kept; of a larger table only rows that hold a word of the question


@dataclass(slots=True, eq=False)
class TableView:
    """One table of a document. `body` are the numbers of its rows that do not name columns."""

    document: Document
    table: Table
    heads: tuple[str, ...]
    head_keys: tuple[frozenset[str], ...]
    around: frozenset[str]  # keys of the document's name, headings, sheet, notes and all heads
    readings: tuple[Reading, ...]
    kinds: tuple[str, ...]  # of the values of each column: "figure", "moment", "year" or "words"
    label: int  # the column that names the rows
    _index: dict[str, list[int]] | None = None
    _known: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def body(self) -> range:
        return range(self.table.header_rows, len(self.table.rows))

    def texts(self, row: int) -> tuple[str, ...]:
        """What the cells of a row say."""
        if row not in self._known:
            if len(self._known) > _INDEXED:
                self._known.clear()
            self._known[row] = row_said(self.document, self.table, row)
        return self._known[row]

    def keys(self, row: int) -> list[frozenset[str]]:
        """The keys of each cell of a row."""
        return [keys_of(text, reading) for text, reading in zip(self.texts(row), self.readings, strict=True)]

    def rows_with(self, keys: Iterable[str]) -> set[int]:
        """The rows that hold one of some keys in some cell."""
        found: set[int] = set()
        for key in keys:
            found.update(self._indexed().get(key, ()))
        return found

    def _indexed(self) -> dict[str, list[int]]:
        if self._index is None:
            index: dict[str, list[int]] = {}
            for row in self.body:
                for key in frozenset().union(*self.keys(row)):
                    index.setdefault(key, []).append(row)
            self._index = index
        return self._index


class _Key:
    """A document's tables, told apart by the document's id."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash(self.document.id)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Key)
            and self.document.id == other.document.id
            and (self.document.path == other.document.path)
        )


def views_of(document: Document) -> tuple[TableView, ...]:
    """The tables of a document that can be asked: of two rows and two columns at least."""
    return _views(_Key(document)) if document.tables else ()


def view_at(document: Document, span: Span) -> tuple[TableView, int] | None:
    """The table with heads, and the row of it below them, that a place is; None for any other place."""
    at = document.row_of(span)
    if at is None:
        return None
    view = next((view for view in views_of(document) if view.table == at[0]), None)
    return None if view is None else (view, at[1])


@lru_cache(maxsize=64)
def _views(key: _Key) -> tuple[TableView, ...]:
    document = key.document
    return tuple(_view(document, table) for table in document.tables if table.columns > 1 and len(table.rows) > 1)


def _view(document: Document, table: Table) -> TableView:
    heads = table.heads(document.text)
    plain = Reading()
    body = range(table.header_rows, len(table.rows))
    step = max(1, len(body) // _SAMPLE)
    sample = [row_said(document, table, row) for row in body[::step]]
    columns = list(zip(*sample, strict=True)) if sample else [()] * table.columns
    readings = tuple(reading_of(filter(None, column)) for column in columns)
    at = document.block_at(table.span.start)
    above = (document.name, *(document.blocks[at].heading if at >= 0 else ()), table.sheet)
    notes = [document.text[slice(*note)] for note in table.notes]
    around = frozenset().union(*(keys_of(text, plain) for text in (*above, *notes, *heads)))
    kinds = tuple(_kind(column, reading) for column, reading in zip(columns, readings, strict=True))
    return TableView(
        document,
        table,
        heads,
        tuple(keys_of(head, plain) for head in heads),
        around,
        readings,
        kinds,
        _label(columns, kinds),
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
