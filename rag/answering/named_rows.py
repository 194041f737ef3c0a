"""Which rows of a table a question names, and what of a question its heads and surroundings say.

This module does not know columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answering.table_terms import Asked, keys_said
from rag.answering.table_view import TableView
from rag.language import is_function_word, is_related, named_otherwise

__all__ = ["is_around", "is_named", "rows_saying", "said_otherwise"]


def rows_saying(asked: Sequence[Asked], view: TableView) -> list[int]:
    """The rows that say what only a row can say of a question, and at least one thing of it."""
    needed = [one for one in asked if not one.carries and not is_around(one, view)]
    if needed:
        rows: set[int] | None = None
        for one in needed:
            mine = view.rows_with(one.keys)
            if one.parts:
                parts = [view.rows_with(part.keys) for part in one.parts if not is_around(part, view)]
                mine |= set.intersection(*parts) if parts else set(view.body)
            rows = mine if rows is None else rows & mine
            if not rows:
                return []
        return sorted(rows or ())
    some = [one for one in asked if not one.carries]
    rows = set().union(*(view.rows_with(one.keys) for one in some))
    return sorted(rows or _named_by_carriers(asked, view))


def _named_by_carriers(asked: Sequence[Asked], view: TableView) -> set[int]:
    """The rows whose name is made of words that only carry most questions: "rent", "total"."""
    said = keys_said(asked)
    rows = view.rows_with(key for one in asked if one.carries and not is_function_word(one.term) for key in one.keys)
    return {row for row in rows if is_named(view.keys(row)[view.label], said)}


def said_otherwise(asked: Iterable[Asked]) -> frozenset[str]:
    """The keys of all that is asked for, and of other words for it."""
    return frozenset().union(*(one.keys | named_otherwise(one.term) for one in asked))


def is_named(label: frozenset[str], said: frozenset[str]) -> bool:
    return bool(label) and {key for key in label if not is_function_word(key)} <= said


def is_around(one: Asked, view: TableView) -> bool:
    """Whether the heads or what stands around a table say what is asked."""
    if one.said_by(view.around):
        return True
    others = named_otherwise(one.term) if one.term else frozenset()
    if not others.isdisjoint(frozenset().union(*view.head_keys)):
        return True
    return bool(one.term) and any(is_related(one.term, key) for key in view.around)
