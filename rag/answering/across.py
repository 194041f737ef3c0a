"""The highest or lowest value of one row, where years, months and the like are columns: "which year had most rain".

This module does not know which tables were found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.citing import QuotedSpan
from rag.answering.computing import Worked
from rag.answering.named_rows import rows_saying
from rag.answering.table_terms import asked_in, keys_said
from rag.answering.table_view import TableView
from rag.language import Working, greater_asked, is_function_word, period_asked, period_kind

__all__ = ["across_columns"]


def across_columns(
    question: str, workings: Sequence[tuple[Working, tuple[int, int]]], views: Sequence[TableView]
) -> Worked | None:
    """The row that a question names, with its highest or lowest value; None where it asks for nothing of the kind, or
    where several rows fit.
    """
    period, words, of_two = period_asked(question), _compared(workings), greater_asked(question)
    if period is None or (words := words or of_two) is None:
        return None
    kind, *place = period
    working, span = words
    bare = list(question)
    for start, end in (place, span):
        bare[start:end] = " " * (end - start)
    found = [
        (view, row, columns)
        for view in views
        if len(columns := _columns(view, kind)) == 2 or (len(columns) > 2 and words is not of_two)
        for row in _rows("".join(bare), view)
    ]
    if len(found) != 1:
        return None
    view, row, columns = found[0]
    return _extreme(view, row, columns, working)


def _compared(workings: Sequence[tuple[Working, tuple[int, int]]]) -> tuple[Working, tuple[int, int]] | None:
    return next(((working, words) for working, words in workings if working in ("highest", "lowest")), None)


def _columns(view: TableView, kind: str) -> list[int]:
    """The columns that hold one year, or month, each."""
    return [column for column, head in enumerate(view.heads) if period_kind(head) == kind]


def _rows(bare: str, view: TableView) -> list[int]:
    """The rows that a question names: of those that say what it says, the ones named by nothing else."""
    asked = asked_in(bare)
    rows = rows_saying(asked, view)
    said = keys_said(asked)
    labels = {row: {key for key in view.keys(row)[view.label] if not is_function_word(key)} for row in rows}
    return [row for row, label in labels.items() if label and label <= said] or rows


def _extreme(view: TableView, row: int, columns: Sequence[int], working: Working) -> Worked | None:
    texts = view.texts(row)
    valued = [(value, at) for at in columns if isinstance(value := view.readings[at].order(texts[at]), float)]
    if len(valued) < 2:
        return None
    end = (max if working == "highest" else min)(value for value, _ in valued)
    best = [at for value, at in valued if value == end]
    name, found = texts[view.label], ", ".join(f"“{view.heads[at]}”" for at in best)
    note = f"Compared “{name}” in {len(valued)} columns: {found} {'has' if len(best) == 1 else 'have'} the {working}."
    blank = len(columns) - len(valued)
    without = f" {blank} without a value there left out." if blank else ""
    place = QuotedSpan(view.document, view.table.row(row), view.table.cells(row)[best[0]], column=best[0])
    return Worked((place,), (note + without,), "cell")
