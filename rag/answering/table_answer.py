"""A question answered from tables: the cell that is looked up, or what is worked out, every row used cited.

This module does not know how the tables' documents were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.across import across_columns
from rag.answering.cells import blank_note
from rag.answering.citing import QuotedSpan
from rag.answering.computing import worked_out
from rag.answering.look_up import CellFound, best_cells, counted_in
from rag.answering.named_rows import is_around
from rag.answering.table_terms import asked_in, keys_said
from rag.answering.table_view import view_at, views_of
from rag.language import bounds_in, is_function_word, named_otherwise, sets_rows_apart, workings_in
from rag.types import AnswerShape, AnswerStatus, Document, Span

__all__ = ["TABLE_KINDS", "TableAnswer", "answer_from_tables", "leaves_unsaid"]

TABLE_KINDS = ("fact", "yes_no", "definition", "list", "way")
"""The kinds of question that a table may answer."""
_SHOWN = 4  # rows of a near tie
_LISTED = 12  # rows that all fit
_SCALES = (1e3, 1e6)  # thousands, millions
_TELLING = 100  # a figure in millions that is smaller may be that of others in thousands by chance


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
        working not in ("count", "all") and not any(_names(cell, question, words) for cell in found)
        for working, words in workings
    )
    if len(found) == 1 and not compares and not bounds_in(question):
        return _looked_up(question, found)
    worked = across_columns(question, workings, views) or worked_out(question, workings, views)
    if worked is not None:
        return TableAnswer(worked.places, "answered", worked.notes, worked.shape)
    return None if compares else _looked_up(question, found)


def _looked_up(question: str, found: Sequence[CellFound]) -> TableAnswer | None:
    if not found:
        return None
    first = found[0]
    rows = list(dict.fromkeys((id(cell.view), cell.row) for cell in found))
    if len(rows) == 1 and len(found) == 1:
        notes = () if first.text else (blank_note(first.view.heads[first.column]),)
        return TableAnswer((place_of(first),), "answered", notes)
    if len(rows) == 1:  # several columns are named alike
        return TableAnswer((place_of(first, whole=True),), "partly")
    if len(rows) == len(found) and first.text and all(_says_as(first, cell) for cell in found):
        notes = (f"{len(found)} rows say so, of which {_SHOWN} are shown.",) if len(found) > _SHOWN else ()
        return TableAnswer(tuple(map(place_of, found[:_SHOWN])), "answered", notes)
    if len(rows) == len(found) and (shared := _shared(question, found)):
        more = f" The first {_LISTED} are shown." if len(found) > _LISTED else ""
        note = f"All {len(found)} rows where {shared}.{more}"
        return TableAnswer(tuple(map(place_of, found[:_LISTED])), "answered", (note,), "list")
    places = tuple({(id(cell.view), cell.row): place_of(cell, whole=True) for cell in found}.values())
    more = f", of which {_SHOWN} are shown" if len(places) > _SHOWN else ""
    return TableAnswer(places[:_SHOWN], "partly", (f"{len(places)} rows fit what is asked{more}.",))


def _says_as(one: CellFound, other: CellFound) -> bool:
    """Whether two cells say the same, be it in thousands here and in millions there."""
    if f" {one.text} " in f" {other.text} ":  # a PDF's cells may run together
        return one.text == other.text or other.number is None
    first, second = one.number, other.number
    if first is None or second is None:
        return False
    coarse, fine = sorted((first, second), key=abs)
    places = next((places for places in range(17) if round(coarse, places) == coarse), 17)
    scaled = abs(coarse) >= _TELLING and any(round(fine / scale, places) == coarse for scale in _SCALES)
    return first == second or scaled


def _shared(question: str, found: Sequence[CellFound]) -> str:
    """The one value of a column that all rows share, of which the names are asked, in words: "who works in Sales"."""
    view = found[0].view
    if any(cell.view is not view or cell.column != view.label or not cell.text for cell in found):
        return ""
    asked = asked_in(question)
    said = keys_said(asked)
    for column, head in enumerate(view.heads):
        values = {view.texts(cell.row)[column] for cell in found}
        keys = view.keys(found[0].row)[column]
        if column != view.label and len(values) == 1 and keys and keys <= said:
            return f"“{head}” is {values.pop()}"
    return ""


def _names(cell: CellFound, question: str, words: tuple[int, int]) -> bool:
    """Whether words that might ask for the first or the highest only name a column: "First surveyed", "Depth (max)"."""
    rest = question[words[0] :]
    phrase = " ".join(rest.lower().rstrip(" ?.!").split()[:2])
    if any(phrase in head.lower() for head in cell.view.heads):
        return True
    asked, head = asked_in(question), cell.view.head_keys[cell.column]
    own = [one for one in asked if words[0] <= one.span.start < words[1]]
    others = [one for one in asked if one not in own and one.term and not is_function_word(one.term)]
    named = frozenset().union(*(one.keys | named_otherwise(one.term) for one in own))
    return not named.isdisjoint(head) and any(one.said_by(head) for one in others)


def place_of(cell: CellFound, *, whole: bool = False) -> QuotedSpan:
    """A cell's row to quote, with the cell as its exact words unless the `whole` row is meant."""
    table = cell.view.table
    span = table.cells(cell.row)[cell.column]
    blank = span.start == span.end
    answer = None if whole or blank else span
    return QuotedSpan(cell.view.document, table.row(cell.row), answer, column=None if whole else cell.column)


def leaves_unsaid(question: str, document: Document, span: Span) -> bool:
    """Whether a place is a row of a table with heads which leaves out something that only a row can say, or what is to
    be counted: in a text on schools a row on those who can read counts no schools.
    """
    found = view_at(document, span)
    if found is None:
        return False
    (view, row), asked = found, asked_in(question)
    pool = frozenset().union(*view.keys(row))
    if any(not one.carries and not one.said_by(pool) and not is_around(one, view) for one in asked):
        return True
    counted = counted_in(question, asked)
    known = (pool, view.subject, *view.head_keys)
    return counted is not None and counted.said_by(view.around) and not any(map(counted.said_by, known))
