"""A question answered from tables: the cell that is looked up, or what is worked out, every row used cited.

This module does not know how the tables' documents were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.cells import blank_note
from rag.answering.citing import QuotedSpan
from rag.answering.computing import worked_out
from rag.answering.look_up import CellFound, best_cells, is_around
from rag.answering.table_terms import asked_in
from rag.answering.table_view import view_at, views_of
from rag.language import bounds_in, sets_rows_apart, workings_in
from rag.types import AnswerShape, AnswerStatus, Document, Span

__all__ = ["TABLE_KINDS", "TableAnswer", "answer_from_tables", "leaves_unsaid"]

TABLE_KINDS = ("fact", "yes_no", "definition", "list", "way")
"""The kinds of question that a table may answer."""
_SHOWN = 4  # rows of a near tie


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """The rows to quote, how sure they are, and what is said beside them."""

    places: tuple[QuotedSpan, ...]
    status: AnswerStatus
    notes: tuple[str, ...] = ()
    shape: AnswerShape = "cell"


def answer_from_tables(question: str, documents: Sequence[Document]) -> TableAnswer | None:
    """What the tables of some documents answer; None where no row says all that is asked."""
    views = [view for document in documents for view in views_of(document)]
    if not views:
        return None
    if sets_rows_apart(question) and not bounds_in(question):
        return None
    found = best_cells(question, views)
    workings = workings_in(question)
    compares = any(
        working not in ("count", "all") and not any(_names(cell, question[words[0] :]) for cell in found)
        for working, words in workings
    )
    if len(found) == 1 and not compares and not bounds_in(question):
        return _looked_up(found)
    worked = worked_out(question, workings, views)
    if worked is not None:
        return TableAnswer(worked.places, "answered", worked.notes, worked.shape)
    return None if compares else _looked_up(found)


def _looked_up(found: Sequence[CellFound]) -> TableAnswer | None:
    if not found:
        return None
    first = found[0]
    rows = list(dict.fromkeys((id(cell.view), cell.row) for cell in found))
    if len(rows) == 1 and len(found) == 1:
        notes = () if first.text else (blank_note(first.view.heads[first.column]),)
        return TableAnswer((place_of(first),), "answered", notes)
    if len(rows) == 1:  # several columns are named alike
        return TableAnswer((place_of(first, whole=True),), "partly")
    if len(rows) == len(found) <= _SHOWN and first.text and len({cell.text for cell in found}) == 1:
        return TableAnswer(tuple(map(place_of, found)), "answered")
    places = tuple({(id(cell.view), cell.row): place_of(cell, whole=True) for cell in found}.values())
    more = f", of which {_SHOWN} are shown" if len(places) > _SHOWN else ""
    return TableAnswer(places[:_SHOWN], "partly", (f"{len(places)} rows fit what is asked{more}.",))


def _names(cell: CellFound, rest: str) -> bool:
    """Whether a word that might ask for the first or the highest only names a column: "First surveyed"."""
    phrase = " ".join(rest.lower().rstrip(" ?.!").split()[:2])
    return any(phrase in head.lower() for head in cell.view.heads)


def place_of(cell: CellFound, *, whole: bool = False) -> QuotedSpan:
    """A cell's row to quote, with the cell as its exact words unless the `whole` row is meant."""
    table = cell.view.table
    span = table.cells(cell.row)[cell.column]
    blank = span.start == span.end
    answer = None if whole or blank else span
    return QuotedSpan(cell.view.document, table.row(cell.row), answer, column=None if whole else cell.column)


def leaves_unsaid(question: str, document: Document, span: Span) -> bool:
    """Whether a place is a row of a table with heads which leaves out something that only a row can say."""
    found = view_at(document, span)
    if found is None:
        return False
    view, row = found
    pool = frozenset().union(*view.keys(row))
    return any(not one.carries and not one.said_by(pool) and not is_around(one, view) for one in asked_in(question))
