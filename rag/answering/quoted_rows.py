"""What a citation of a table's rows is shown as: heads and cells, the asked one, where it stands in its sheet.

This module does not know why a row is quoted.
"""

from __future__ import annotations

from rag.types import Document, QuotedRows, Span, Table, column_name

__all__ = ["cell_at", "cells_named", "quoted_rows", "row_said", "said_in"]

_MOST_ROWS = 40  # of one citation
_MARKDOWN = "text/markdown"


def quoted_rows(
    document: Document, span: Span, answer: Span | None = None, column: int | None = None
) -> QuotedRows | None:
    """The rows that a span quotes, with their heads; None where it quotes no whole row.

    A row that names columns is shown as a row, below those above it. `answer` is the asked cell, or words of it;
    `column` its number, which is known of a blank one too.
    """
    at = document.row_at(span.start)
    if at is None:
        return None
    table, first = at
    rows = table.rows
    last = first
    while last + 1 < len(rows) and int(rows[last + 1, 1]) <= span.end and last - first < _MOST_ROWS:
        last += 1
    if span.start != int(rows[first, 0]) or span.end != int(rows[last, 1]):
        return None
    shown = tuple(row_said(document, table, row) for row in range(first, last + 1))
    heads = tuple(row_said(document, table, row) for row in range(min(first, table.header_rows)))
    cell = (0, column) if column is not None else None
    if cell is None and answer is not None:
        found = cell_at(table, answer, first, last)
        cell = found and (found[0] - first, found[1])
    return QuotedRows(heads, shown, cell, table.sheet, cells_named(table, first, last))


def cells_named(table: Table, first: int, last: int) -> str:
    """The range of some rows in their sheet, "B7:D7"; "" where there is no sheet."""
    if not table.letters or not table.number(first):
        return ""
    left, right = column_name(table.letters[0]), column_name(table.letters[-1])
    begins, ends = f"{left}{table.number(first)}", f"{right}{table.number(last)}"
    return begins if begins == ends else f"{begins}:{ends}"


def said_in(document: Document, cell: Span) -> str:
    """What a cell says: a quote that is written twice in a file of records once, a bar of Markdown without its mark."""
    said = document.text[slice(*cell)]
    if document.media_type == _MARKDOWN:
        return said.replace("\\|", "|")
    return said.replace('""', '"') if document.text[cell.start - 1 : cell.start] == '"' else said


def row_said(document: Document, table: Table, row: int) -> tuple[str, ...]:
    """What the cells of a row say, one a column."""
    return tuple(said_in(document, cell) for cell in table.cells(row))


def cell_at(table: Table, answer: Span, first: int, last: int) -> tuple[int, int] | None:
    """The row of the table, of those from `first` to `last`, and the column whose cell holds a span; None for none."""
    for row in range(first, last + 1):
        for column, cell in enumerate(table.cells(row)):
            if cell.start <= answer.start < answer.end <= cell.end:
                return row, column
    return None
