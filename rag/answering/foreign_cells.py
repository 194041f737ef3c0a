"""The cell that a question in another language than English asks for, by the words of heads and rows alone.

A row is meant whose cell the question says in full, a column whose head it names; nothing else is understood of it. So
what is found is for the person to judge. This module does not know which tables were found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.citing import QuotedSpan
from rag.answering.table_view import TableView, views_of
from rag.answering.word_parts import said_in_part
from rag.language import terms
from rag.types import Document

__all__ = ["cell_by_words"]

_MOST_CELLS = 50_000  # of a table whose words are looked at
_MOST_ROWS = 200  # of a table that are compared
_NAMED = 0.5  # share of a head's words that names it


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell, and how many words of the question its row says, its column's head says, and its row says in full."""

    view: TableView
    row: int
    column: int
    score: tuple[float, ...]


def cell_by_words(question: str, language: str, documents: Sequence[Document]) -> QuotedSpan | None:
    """A row with the cell that a question in some language asks for; None where its words lead to none or several."""
    asked = list(dict.fromkeys(terms(question, language)))
    views = (view for document in documents for view in views_of(document) if view.table.header_rows)
    found = [cell for view in views for cell in _cells(asked, language, view)]
    best = max((cell.score for cell in found), default=None)
    cells = [cell for cell in found if cell.score == best]
    return _place(cells[0]) if len(cells) == 1 else None


def _cells(asked: Sequence[str], language: str, view: TableView) -> list[_Cell]:
    if len(view.body) * len(view.heads) > _MOST_CELLS:
        return []
    index, heads = _index(view, language), [frozenset(terms(head, language)) for head in view.heads]
    rows = sorted({row for term in asked for row in index.get(term, ())})[:_MOST_ROWS]
    found = []
    for row in rows:
        own = [frozenset(terms(text, language)) for text in view.texts(row)]
        full = [at for at, cell in enumerate(own) if cell and cell.issubset(asked)]
        if not full:
            continue
        in_row = {term for term in asked for at in full if term in own[at]}
        named = _named([term for term in asked if term not in in_row], heads, full)
        found += [_Cell(view, row, at, (len(in_row), score, view.label in full)) for at, score in named.items()]
    return found


def _named(asked: Sequence[str], heads: Sequence[frozenset[str]], full: Sequence[int]) -> Mapping[int, float]:
    """The columns that a question names best, with how much of the head it says; of two columns the other one."""
    scores = {
        at: sum(said_in_part(term, asked) for term in head) / len(head)
        for at, head in enumerate(heads)
        if head and at not in full
    }
    best = max(scores.values(), default=0.0)
    if best < _NAMED:
        return {1 - full[0]: 0.0} if len(heads) == 2 else {}
    return {at: score for at, score in scores.items() if score == best}


@lru_cache(maxsize=64)
def _index(view: TableView, language: str) -> Mapping[str, Sequence[int]]:
    """The rows of a table that say each term of a language."""
    index: dict[str, list[int]] = {}
    for row in view.body:
        for term in {term for text in view.texts(row) for term in terms(text, language)}:
            index.setdefault(term, []).append(row)
    return index


def _place(cell: _Cell) -> QuotedSpan:
    table = cell.view.table
    span = table.cells(cell.row)[cell.column]
    answer = span if span.start < span.end else None
    return QuotedSpan(cell.view.document, table.row(cell.row), answer, column=cell.column)
