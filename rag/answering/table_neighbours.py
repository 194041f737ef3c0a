"""The row of a table that stands next to the one a question names: "who came after Ann Brook", "the first one listed".

Nothing judges whether the order of the rows is the one that is meant, so it is offered as what comes closest. This
module does not know which tables were found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.citing import QuotedSpan
from rag.answering.table_terms import Asked, asked_in
from rag.answering.table_view import TableView
from rag.language import Beside, beside_asked, end_asked

__all__ = ["neighbour"]


def neighbour(question: str, views: Sequence[TableView]) -> tuple[tuple[QuotedSpan, ...], str] | None:
    """The row next to the one that is named, that one, and in words what was done; None where not one row is named."""
    if (end := end_asked(question)) is not None:
        return _at_the_end(question, end, views)
    beside = beside_asked(question)
    if beside is None:
        return None
    named = asked_in(question[beside.end :])
    rows = [(view, row) for view in views for row in _rows(named, view)]
    if len(rows) != 1:
        return None
    ((view, row),) = rows
    step, by = _step(beside, view)
    if row + step not in view.body:
        return None
    side = "after" if beside.after else "before"
    name = next(text for text, keys in zip(view.texts(row), view.keys(row), strict=False) if _is_said(named, keys))
    note = f"This row comes {side} “{name}” {by}."
    return (_place(view, row + step), _place(view, row)), note


def _at_the_end(question: str, end: int, views: Sequence[TableView]) -> tuple[tuple[QuotedSpan, ...], str] | None:
    """The first or last row of the one table whose head names what is asked for."""
    content = [one for one in asked_in(question) if not one.carries]
    found = [
        view
        for view in views
        if len(view.body) > 1 and any(one.said_by(head) for one in content for head in view.head_keys)
    ]
    if len(found) != 1:
        return None
    (view,) = found
    row = view.body[0] if end > 0 else view.body[-1]
    return (_place(view, row),), f"This is the {'first' if end > 0 else 'last'} row of the table."


def _rows(named: Sequence[Asked], view: TableView) -> list[int]:
    """The rows of which one cell says all that names the row."""
    needed = [one for one in named if not one.carries]
    if not needed or not view.table.header_rows:
        return []
    rows = set.intersection(*(view.rows_with(one.keys) for one in needed))
    return sorted(row for row in rows if any(_is_said(named, keys) for keys in view.keys(row)))


def _is_said(named: Sequence[Asked], keys: frozenset[str]) -> bool:
    return all(one.said_by(keys) for one in named if not one.carries)


def _step(beside: Beside, view: TableView) -> tuple[int, str]:
    """Which way the row lies, and what the rows are ordered by: tables of days may begin with the newest."""
    forth = 1 if beside.after else -1
    for column, kind in enumerate(view.kinds):
        if kind not in ("moment", "year"):
            continue
        order = view.readings[column].order
        days = [day for row in view.body if isinstance(day := order(view.texts(row)[column]), tuple | float)]
        if len(days) > 1 and len({type(day) for day in days}) == 1:
            ascending = sorted(days, key=_key)
            if ascending[0] != ascending[-1] and days in (ascending, ascending[::-1]):
                return (forth if days == ascending else -forth), f"by “{view.heads[column]}”"
    return forth, "in the table, which is taken in the order of its rows"


def _key(day: object) -> tuple[float, ...]:
    return tuple(map(float, day)) if isinstance(day, tuple) else (float(day),)  # type: ignore[arg-type]


def _place(view: TableView, row: int) -> QuotedSpan:
    return QuotedSpan(view.document, view.table.row(row), None)
