"""The cell that a question asks for in a row that was found: its column is told by the head.

This module does not know how rows are found.
"""

from __future__ import annotations

from dataclasses import replace

from rag.answering.citing import QuotedSpan
from rag.answering.look_up import named_columns
from rag.answering.table_terms import asked_in
from rag.answering.table_view import view_at

__all__ = ["LOOKED_UP", "blank_note", "with_cell"]

LOOKED_UP = 0.9
"""How sure a value is that was looked up: the share that is right, `benchmarks/LOG.md`."""


def with_cell(place: QuotedSpan, question: str) -> tuple[QuotedSpan, str]:
    """A row with the asked cell as its exact words, and, where that cell is blank, the head of its column.

    What is no row, and a row none of whose columns is asked for, is given back as it is.
    """
    found = view_at(place.document, place.span)
    if found is None:
        return place, ""
    view, row = found
    scores = named_columns(question, asked_in(question), view, view.keys(row))
    best = max(scores)
    if best <= 0 or scores.count(best) > 1:
        return place, ""
    column = scores.index(best)
    cell = view.table.cells(row)[column]
    blank = cell.start == cell.end
    return replace(place, answer=None if blank else cell, column=column), view.heads[column] if blank else ""


def blank_note(head: str) -> str:
    """That the cell asked for has nothing in it."""
    return f"The table leaves “{head}” blank in this row."
