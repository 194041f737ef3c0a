"""Which cell of which row a question asks for, over all rows of a table: everything that the question says must be said
by the row, the head of the column, or what stands around the table.

This module does not know which tables were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.named_rows import is_around, is_named, rows_saying, said_otherwise
from rag.answering.table_terms import Asked, asked_in, keys_of, keys_said
from rag.answering.table_view import TableView
from rag.language import (
    Reading,
    carries,
    is_figure,
    is_function_word,
    is_related,
    is_value_noun,
    kind_asked,
    named_otherwise,
)

__all__ = ["CellFound", "best_cells", "counted_in", "named_columns"]

_ENOUGH = 0.34  # share of a head's words that names it
_MOST = 400  # rows that are compared word by word
_TWO = re.compile(r"\b(?:when|where|who|what|which) and (?:when|where|who|what|why|how)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\bhow (?:many|much) (\w+)", re.IGNORECASE)
_WHO = re.compile(r"\s*who(?:'s|s|se)?\b", re.IGNORECASE)
_SHARE = re.compile(r"%|\b(?:per ?cent|percentage|share|rate|margin|proportion)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(\w+) (?:which|what|whom)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellFound:
    """A cell: its row and column, and how much speaks for it, to be compared within one question."""

    view: TableView
    row: int
    column: int
    score: tuple[float, ...]

    @property
    def text(self) -> str:
        """What the cell says, "" for a blank one."""
        return self.view.texts(self.row)[self.column]

    @property
    def number(self) -> float | None:
        """The number that it is, however it is written; None for other texts."""
        return self.view.readings[self.column].number(self.text)


def best_cells(question: str, views: Sequence[TableView]) -> list[CellFound]:
    """The cells that a question asks for: those that most speaks for, of one or several rows; none where no row of any
    table says all that is asked.
    """
    if _TWO.search(question):
        return []
    asked = asked_in(question)
    found = [cell for view in views for cell in _cells_of(question, asked, view)]
    if not found:
        return []
    best = max(cell.score for cell in found)
    found = [cell for cell in found if cell.score == best]
    if not _SHARE.search(question):
        found = [cell for cell in found if "%" not in cell.text] or found
    if len({id(cell.view) for cell in found}) > 1:  # what one table leaves blank another one has
        found = [cell for cell in found if cell.text] or found
    if len({cell.row for cell in found}) > 1:  # "from Vell to Kessock" is not "Kessock - Vell"
        orders = [_in_order(asked, cell.view.texts(cell.row)) for cell in found]
        found = [cell for cell, order in zip(found, orders, strict=True) if order == max(orders)]
    return found


def _cells_of(question: str, asked: Sequence[Asked], view: TableView) -> list[CellFound]:
    found = []
    rows, counted = rows_saying(asked, view), counted_in(question, asked)
    for row in rows[:_MOST]:
        keys = view.keys(row)
        scores = named_columns(question, asked, view, keys)
        if not any(scores) and _tells_of_counted(counted, asked, view, keys):
            scores = [
                0.0 if _counts_another(counted, asked, view, keys, column) else score
                for column, score in enumerate(_by_kind(question, asked, view, keys))
            ]
        best = max(scores)
        for column, score in enumerate(scores):
            if score < best or score <= 0:
                continue
            judged = _judged(asked, view, keys, column, score)
            if judged is not None and _is_fitting(question, view, row, column):
                found.append(CellFound(view, row, column, judged))
    return found


def named_columns(
    question: str, asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]]
) -> list[float]:
    """How well each column is named by a question, from 0 to 1; one that holds what the question says is not asked."""
    scores = [0.0] * len(view.heads)
    leading = _BEFORE.search(question)
    single = [part for one in asked for part in (one, *one.parts)]
    for column, head in enumerate(view.head_keys):
        own = keys[column]
        if own and any(one.said_by(own) and not one.said_by(head) for one in asked if not one.carries):
            continue
        if not head:
            continue
        named = {key for key in head for one in single if key in one.keys}
        named |= {key for key in head - named for one in single if one.term and is_related(one.term, key)}
        other = {key for key in head - named for one in single if key in named_otherwise(one.term)}
        scores[column] = (len(named) + 0.7 * len(other)) / max(1, len(_core(head, view.heads[column])))
        if leading and leading[1].lower() in view.heads[column].lower().split():
            scores[column] += 1.0
    return scores if max(scores) >= _ENOUGH else [0.0] * len(scores)


def _core(head: frozenset[str], name: str) -> frozenset[str]:
    """The keys of a head without the unit that stands in brackets."""
    unit = re.search(r"[(\[]([^)\]]*)[)\]]", name)
    words = set(re.findall(r"\w+", unit[1].lower())) if unit else set()
    return frozenset(head - words) or head


def _tells_of_counted(
    noun: Asked | None, asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]]
) -> bool:
    """Whether what is to be counted names a row, or what stands around its table speaks of it: people are no ports,
    and no "2019 Employee Stock Purchase Plan" either.
    """
    if noun is None:
        return True
    said = said_otherwise(asked)
    return is_around(noun, view) or any(noun.said_by(cell) and is_named(cell, said) for cell in keys)


def _counts_another(
    noun: Asked | None, asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]], column: int
) -> bool:
    """Whether a column says of what its figures are, and it is not what is to be counted: "Women who can read
    (percent)" in a text on schools.
    """
    if noun is None or any(noun.said_by(cell) for cell in keys):
        return False
    named = _core(view.head_keys[column], view.heads[column]) - said_otherwise(asked)
    return any(not (is_value_noun(key) or is_function_word(key) or _is_value(key)) for key in named)


def counted_in(question: str, asked: Sequence[Asked]) -> Asked | None:
    """The word for what is to be counted; None where nothing is, or no more is said of it than that."""
    counted = _COUNTED.search(question)
    noun = next((one for one in asked if counted and one.span.start == counted.start(1)), None)
    return noun if noun and noun.term and not is_function_word(noun.term) and not is_value_noun(noun.term) else None


def _by_kind(question: str, asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]]) -> list[float]:
    """The one column whose values are of the kind that is asked for; of a table of two columns the second."""
    scores = [0.0] * len(view.heads)
    if len(view.heads) == 2:
        scores[1 - view.label] = 0.4
        return scores
    if _asks_who(question) and any(_is_shared(question, asked, view, keys, column) for column in range(len(scores))):
        scores[view.label] = 0.4
        return scores
    kind = kind_asked(question)
    kinds = {"moment": ("moment", "year"), "figure": ("figure",)}.get(kind, ())
    fitting = [
        column
        for column, own in enumerate(view.kinds)
        if own in kinds and not any(one.said_by(keys[column]) for one in asked if not one.carries)
    ]
    if len(fitting) == 1:
        scores[fitting[0]] = 0.4
    return scores


def _asks_who(question: str) -> bool:
    return _WHO.match(question) is not None


def _is_shared(
    question: str, asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]], column: int
) -> bool:
    """Whether a question says a cell in full and names its column, and nothing else: who "works in" a department."""
    head, own = view.head_keys[column], keys[column]
    said = keys_said(asked)
    if column == view.label or not own or not own <= said or view.kinds[view.label] != "words":
        return False
    names = [one for one in asked if one.said_by(head) or (one.term and not named_otherwise(one.term).isdisjoint(head))]
    rest = [one for one in asked if one not in names and one.keys.isdisjoint(own) and one.term]
    done = any(question[slice(*one.span)].endswith("ed") for one in rest)  # "founded" is not "found"
    return bool(names) and not done and all(carries(one.term) for one in rest)


def _judged(
    asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]], column: int, named: float
) -> tuple[float, ...] | None:
    """How much speaks for a cell; None where the question says what neither its row nor anything around it says."""
    others = [cell for at, cell in enumerate(keys) if at != column]
    pool = frozenset().union(*others)
    in_row = 0
    for one in asked:
        if one.said_by(pool):
            in_row += not one.carries
        elif not one.carries and not is_around(one, view):
            return None
    said = keys_said(asked)
    if not in_row and (column == view.label or not is_named(keys[view.label], said)):
        return None
    whole = _whole(asked, view, keys, column)
    if not whole[0]:  # words of a sentence in a cell name no row
        return None
    if not whole[1] and not _tells_more_than_year_and_name(asked, view, pool):
        return None
    in_head = sum(one.said_by(view.head_keys[column]) for one in asked if not one.carries)
    name = {key for key in keys[view.label] if not is_function_word(key)}
    return (in_row + in_head, *whole, named, len(name & said) / max(1, len(name)))


def _tells_more_than_year_and_name(asked: Iterable[Asked], view: TableView, row: frozenset[str]) -> bool:
    """Whether a row or a head says anything of a question but a year and words of the document's own name: in a report
    of Lyft every second row has "Lyft" and "2020".
    """
    name, said = keys_of(view.document.name, Reading()), row.union(*view.head_keys)
    return any(
        (one.said_by(said) or not named_otherwise(one.term).isdisjoint(said))
        and not one.said_by(name)
        and not _is_of_year(one)
        for one in asked
        if not one.carries
    )


def _is_of_year(one: Asked) -> bool:
    return any(key.startswith("@") and "-" not in key for key in one.keys)


def _whole(asked: Sequence[Asked], view: TableView, keys: Sequence[frozenset[str]], column: int) -> tuple[float, float]:
    """How many cells of a row the question says in full, and whether the one that names the row is one of them."""
    said = said_otherwise(asked)
    years = frozenset().union(*(one.keys for one in asked if _is_of_year(one)))
    full, label = 0, 0.0
    for at, cell in enumerate(keys):
        if at == column or not cell:
            continue
        words = {key for key in cell if not _is_value(key) and not is_function_word(key)}
        inside = (words or cell) <= said or any(one.said_by(cell) and one.parts for one in asked)
        values = said - years if words else said  # "Years ended December 31, 2021 and 2020" is not named by a year
        if inside or any(key in values for key in cell if _is_value(key)):
            full += 1
            label += at == view.label
    return float(full), label


def _is_value(key: str) -> bool:
    return key.startswith(("#", "@")) or (key.startswith("t") and ":" in key)


def _is_fitting(question: str, view: TableView, row: int, column: int) -> bool:
    """Whether a value is of the kind that is asked for: who and where are no figures, and how long is one."""
    text, kind = view.texts(row)[column], kind_asked(question)
    if kind == "figure":
        return not text or any(char.isdigit() for char in text)
    return kind != "words" or not is_figure(text) or view.kinds[column] == "words"


def _in_order(asked: Iterable[Asked], texts: Iterable[str]) -> int:
    """How many words of cells follow on each other in the question as they do in their cell."""
    count = 0
    for text in texts:
        places = [one.span.start for said in asked_in(text) for one in asked if not one.keys.isdisjoint(said.keys)]
        count += sum(first < second for first, second in pairwise(places))
    return count
