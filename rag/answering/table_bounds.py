"""The rows of a table whose value lies within a bound that a question sets: more than 100, before 1990.

This module does not know what else is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.answering.table_terms import asked_in
from rag.answering.table_view import TableView
from rag.language import Bound, named_otherwise, number_in

__all__ = ["rows_within"]

_SIGNS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_TESTS: dict[str, Callable[[object, object], bool]] = {
    ">": lambda value, bound: value > bound,  # type: ignore[operator]
    ">=": lambda value, bound: value >= bound,  # type: ignore[operator]
    "<": lambda value, bound: value < bound,  # type: ignore[operator]
    "<=": lambda value, bound: value <= bound,  # type: ignore[operator]
}


def rows_within(question: str, bound: Bound, view: TableView) -> tuple[set[int], str] | None:
    """The rows that a bound holds for, and the bound in words; None where no column is told that it is of."""
    column = _bounded(question, bound, view)
    limit = _limit(bound, view, column) if column is not None else None
    if column is None or limit is None:
        return None
    test, order = _TESTS[bound.sign], view.readings[column].order
    values = ((row, order(view.texts(row)[column])) for row in view.body)
    rows = {row for row, value in values if value is not None and _alike(value, limit) and test(value, limit)}
    return rows, f"“{view.heads[column]}” is {_in_words(bound, limit)} {bound.text}"


def _bounded(bare: str, bound: Bound, view: TableView) -> int | None:
    """The column that a bound is of: the one that is named nearest before it, else the only one of its kind."""
    moment = _is_moment(bound.text)
    kinds = ("moment", "year") if moment else ("figure",)
    before = [one for one in asked_in(bare) if one.span.end <= bound.start]
    after = [one for one in asked_in(bare) if one.span.start >= bound.end]
    for one in (*reversed(before), *after[:2]):
        for column, head in enumerate(view.head_keys):
            others = named_otherwise(one.term) if one.term else frozenset()
            if view.kinds[column] in kinds and (one.said_by(head) or not others.isdisjoint(head)):
                return column
    fitting = [column for column, kind in enumerate(view.kinds) if kind in kinds]
    return fitting[0] if len(fitting) == 1 else None


def _is_moment(text: str) -> bool:
    value = number_in(text)
    year = value is not None and 1500 <= value <= 2100 and re.fullmatch(r"\d{4}", text) is not None
    return year or (value is None and any(char.isdigit() for char in text))


def _limit(bound: Bound, view: TableView, column: int) -> tuple[int, ...] | float | None:
    if view.kinds[column] == "year" and (value := number_in(bound.text)) is not None:
        return value
    if view.kinds[column] == "moment":
        reading = view.readings[column]
        said_in_full = reading.order(bound.text)
        if isinstance(said_in_full, tuple):
            return said_in_full
        day = reading.day(bound.text)
        late = bound.sign in (">", "<=")
        return None if day is None else (day[0], day[1] or (99 if late else 0), day[2] or (99 if late else 0))
    return number_in(bound.text)


def _alike(value: object, limit: object) -> bool:
    return isinstance(value, tuple) == isinstance(limit, tuple)


def _in_words(bound: Bound, limit: object) -> str:
    if isinstance(limit, tuple):
        return {">": "after", ">=": "from", "<": "before", "<=": "until"}[bound.sign]
    return _SIGNS[bound.sign]
