"""What is worked out over the rows of a table: the highest, the lowest, how many, all rows where, sums, averages.

Sums and averages only where they are asked for. Every row used is cited, and a note says in words what was done.

This module does not know which tables were found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.citing import QuotedSpan
from rag.answering.named_rows import is_around, rows_saying
from rag.answering.table_bounds import rows_within
from rag.answering.table_terms import Asked, asked_in
from rag.answering.table_view import TableView
from rag.language import (
    Bound,
    Working,
    bounds_in,
    days_in,
    is_function_word,
    is_related,
    named_otherwise,
    order_of_days,
    terms,
    workings_in,
)
from rag.types import AnswerShape

__all__ = ["Worked", "worked_out"]

_MEASURED = ("highest", "lowest", "sum", "average")
_SHOWN = 12
"""Rows that are cited: a screen of them."""
_YES, _NO = (
    {"yes", "y", "x", "true", "✓", "✔", "ja", "oui", "si", "sí"},
    {"no", "n", "", "-", "–", "false", "nein", "non"},
)


@dataclass(frozen=True, slots=True)
class Worked:
    """The rows that were used, at most a screen of them, and what was worked out, in words."""

    places: tuple[QuotedSpan, ...]
    notes: tuple[str, ...]
    shape: AnswerShape


@dataclass(frozen=True, slots=True)
class _Selection:
    """The rows of a table that a question's conditions hold for; `said` are the conditions in words."""

    view: TableView
    rows: tuple[int, ...]
    said: tuple[str, ...]
    weight: int  # how much of the question the table itself says


def worked_out(
    question: str, workings: Sequence[tuple[Working, tuple[int, int]]], views: Sequence[TableView]
) -> Worked | None:
    """What a question asks to be worked out over one of the tables; None where it asks for nothing of the kind."""
    bounds = bounds_in(question)
    for working, words in workings or ([("all", (0, 0))] if bounds else []):
        found = _worked(question, working, words, bounds, views)
        if found is not None:
            return found
    return None


def _worked(
    question: str, working: Working, words: tuple[int, int], bounds: Sequence[Bound], views: Sequence[TableView]
) -> Worked | None:
    start, end = words
    bare = question[:start] + " " * (end - start) + question[end:]
    word = question[start:end].lower().split()[-1] if end > start else ""
    best: tuple[int, Worked] | None = None
    for view in views:
        if not view.table.header_rows or len(view.body) < 2:
            continue
        measure = _measure(bare, word, working, view) if working in _MEASURED else None
        if working in _MEASURED and measure is None:
            continue
        chosen = _selection(bare, bounds, view)
        if chosen is None or not chosen.rows:
            continue
        turned = _turned(working, word, measure, view)
        found = _done(turned, measure, chosen, bare)
        if found is not None and (best is None or chosen.weight > best[0]):
            best = chosen.weight, found
    return best[1] if best else None


def _turned(working: Working, word: str, measure: int | None, view: TableView) -> Working:
    """The oldest is the one born first: of days some words ask for the other end than of figures."""
    days = measure is not None and view.kinds[measure] in ("moment", "year")
    turn = order_of_days(word) if days else 0
    return {1: "highest", -1: "lowest"}.get(turn, working)  # type: ignore[return-value]


def _done(working: Working, measure: int | None, chosen: _Selection, bare: str) -> Worked | None:
    if working in ("highest", "lowest") and measure is not None:
        return _extreme(working, measure, chosen, bare)
    if working in ("sum", "average") and measure is not None:
        return _added(working, measure, chosen)
    if working == "count" and not _counts_rows(bare, chosen.view):
        return None
    if not chosen.said:
        return None if working != "count" else _counted(chosen)
    return _counted(chosen) if working == "count" else _listed(chosen)


def _counts_rows(bare: str, view: TableView) -> bool:
    """Whether what is to be counted is what the rows are: "members" of a list of members."""
    asked = asked_in(bare)
    noun = next((one for one in asked if one.term and not is_function_word(one.term)), None)
    if noun is None or noun.term in terms("row entry record"):
        return noun is not None
    if all(days_in(view.texts(row)[view.label]) for row in view.body[:_SHOWN]):  # the rows are quarters: no riders
        return False
    return is_around(noun, view) and (noun.said_by(view.subject) or not noun.said_by(view.around))


def _extreme(working: Working, measure: int, chosen: _Selection, bare: str) -> Worked | None:
    view, name = chosen.view, chosen.view.heads[measure]
    order = view.readings[measure].order
    valued = [(value, row) for row in chosen.rows if (value := order(view.texts(row)[measure])) is not None]
    valued = [(value, row) for value, row in valued if isinstance(value, tuple) == isinstance(valued[0][0], tuple)]
    if len(valued) < 2:  # there is nothing to compare
        return None
    end = (max if working == "highest" else min)(value for value, _ in valued)
    rows = [row for value, row in valued if value == end]
    asked = _asked_column(bare, measure, view)
    blank = len(chosen.rows) - len(valued)
    which = {"highest": "latest", "lowest": "earliest"}[working] if isinstance(end, tuple) else working
    note = f"Compared “{name}” in {_rows(len(valued))}{_where(chosen)}: this is the {which}."
    without = f" {_rows(blank).capitalize()} without a value there left out." if blank else ""
    places = tuple(_place(view, row, asked) for row in rows[:_SHOWN])
    return Worked(places, (note + without, *_more(len(rows))), "cell")


def _added(working: Working, measure: int, chosen: _Selection) -> Worked | None:
    view, name = chosen.view, chosen.view.heads[measure]
    number = view.readings[measure].number
    valued = [(value, row) for row in chosen.rows if (value := number(view.texts(row)[measure])) is not None]
    if not valued:
        return None
    total = sum(value for value, _ in valued)
    result = total if working == "sum" else total / len(valued)
    said = f"{result:,.2f}".rstrip("0").rstrip(".")
    what = "Sum" if working == "sum" else "Average"
    note = f"{what} of “{name}” over {_rows(len(valued))}{_where(chosen)}, computed: {said}."
    places = tuple(_place(view, row, measure) for _, row in valued[:_SHOWN])
    return Worked(places, (note, *_more(len(valued))), "cell")


def _counted(chosen: _Selection) -> Worked:
    note = f"Counted: {_rows(len(chosen.rows))}{_where(chosen)}, of {len(chosen.view.body)} in the table."
    places = tuple(_place(chosen.view, row, None) for row in chosen.rows[:_SHOWN])
    return Worked(places, (note, *_more(len(chosen.rows))), "cell")


def _listed(chosen: _Selection) -> Worked:
    note = f"All {_rows(len(chosen.rows))}{_where(chosen)}." if len(chosen.rows) > 1 else f"One row{_where(chosen)}."
    places = tuple(_place(chosen.view, row, None) for row in chosen.rows[:_SHOWN])
    return Worked(places, (note, *_more(len(chosen.rows))), "list")


def _selection(bare: str, bounds: Sequence[Bound], view: TableView) -> _Selection | None:
    """The rows for which everything holds that the question says of them; None where it says what no row can."""
    inside = [(bound.start, bound.end) for bound in bounds]
    asked = [one for one in asked_in(bare) if not any(a <= one.span.start < b for a, b in inside)]
    needed = [one for one in asked if not one.carries and not is_around(one, view)]
    held = [one for one in asked if not one.carries and one not in needed and _is_value(one, view)]
    said = []
    rows = set(view.body)
    if needed or held:
        if needed:
            rows &= set(rows_saying([*needed, *held], view))
        for one in held:
            rows &= view.rows_with(one.keys)
        said.append(" ".join(bare[slice(*one.span)] for one in (*needed, *held)))
    for bound in bounds:
        within = rows_within(bare, bound, view)
        if within is None:
            return None
        kept, name = within
        rows &= kept
        said.append(name)
    if not said and (column := _flagged(asked, view)) is not None:
        rows = {row for row in rows if view.texts(row)[column].strip().lower() in _YES}
        said.append(f"“{view.heads[column]}” says yes")
    weight = sum(one.said_by(view.around) for one in asked if not one.carries) + 2 * len(needed) + 2 * len(bounds)
    return _Selection(view, tuple(sorted(rows)), tuple(said), weight)


def _flagged(asked: Sequence[Asked], view: TableView) -> int | None:
    """The column of yes and no that a question names."""
    for column, head in enumerate(view.head_keys):
        if any(one.said_by(head) for one in asked if not one.carries):
            cells = {view.texts(row)[column].strip().lower() for row in view.body}
            if cells & _YES and cells <= _YES | _NO:
                return column
    return None


def _is_value(one: Asked, view: TableView) -> bool:
    """Whether what is asked is said by cells and by no head: "open", not "order"."""
    heads = frozenset().union(*view.head_keys)
    if one.said_by(heads) or not view.rows_with(one.keys):
        return False
    return not any(one.term and is_related(one.term, key) for key in heads)


def _measure(bare: str, word: str, working: Working, view: TableView) -> int | None:
    """The column that is compared or added up: the one the question names that has figures or days."""
    asked = set(terms(bare))
    twice = any(other in ("highest", "lowest") for other, _ in workings_in(bare))  # "the highest minimum"
    others = frozenset() if twice else frozenset().union(*(named_otherwise(term) for term in terms(word)))
    verbs = frozenset().union(*(named_otherwise(term) for term in asked))
    days = bool(order_of_days(word)) and any(kind in ("moment", "year") for kind in view.kinds)
    scores, deeds = {}, days and _tells_of_deeds(bare, view)
    for column, head in enumerate(view.head_keys):
        kind = view.kinds[column]
        if kind == "words" or (working in ("sum", "average") and kind != "figure") or (days and kind == "figure"):
            continue
        head = frozenset(key for key in head if not is_function_word(key)) or head
        named = sum(term in asked or any(is_related(term, key) for key in asked) for term in head)
        other = 0.6 * len(others & head) + 0.4 * len((verbs - others) & head)
        other += 0.3 * (days and not deeds and kind in ("moment", "year"))
        if named or other:
            scores[column] = (named + other) / max(1, len(head)) + 0.2 * bool(named)
    if not scores:
        fitting = [c for c, kind in enumerate(view.kinds) if kind in (("moment", "year") if days else ("figure",))]
        return fitting[0] if days and not deeds and len(fitting) == 1 else None
    best = max(scores.values())
    found = [column for column, score in scores.items() if score == best]
    return found[0] if len(found) == 1 else None


def _tells_of_deeds(bare: str, view: TableView) -> bool:
    """Whether cells say what is asked to have been done, so that a column of days may be of something else."""
    done = [one for one in asked_in(bare) if one.carries and bare[slice(*one.span)].endswith("ed")]
    return any(view.rows_with(one.keys) for one in done)


def _asked_column(bare: str, measure: int, view: TableView) -> int:
    """The cell of a row that is asked for: the value itself, another column that is named, else what names the row."""
    about = re.match(r"\s*(?:which|what|who|whose)\s+(\w+)", bare, re.IGNORECASE)
    noun = terms(about[1]) if about else []
    for column, head in enumerate(view.head_keys):
        if column != measure and noun and noun[0] in head:
            return column
    itself = re.match(r"\s*(?:which|what)(?: is|'s| was| are| were) the\s{2,}(\w+)", bare, re.IGNORECASE)
    if itself is not None and not frozenset(terms(itself[1])).isdisjoint(view.head_keys[measure]):
        return measure
    asked = set(terms(bare))
    other = [column for column, head in enumerate(view.head_keys) if column != measure and head and head <= asked]
    if len(other) == 1:
        return other[0]
    days = view.kinds[measure] in ("moment", "year")  # "what was the last bridge" is not asked for its day
    asking = r"\s*(?:how|when)\b" if days else r"\s*(?:what|what's|whats|how|when)\b"
    return measure if re.match(asking, bare, re.IGNORECASE) else view.label


def _where(chosen: _Selection) -> str:
    return f" where {' and '.join(chosen.said)}" if chosen.said else ""


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _more(count: int) -> tuple[str, ...]:
    return (f"The first {_SHOWN} are shown, and {count - _SHOWN:,} more fit.",) if count > _SHOWN else ()


def _place(view: TableView, row: int, column: int | None) -> QuotedSpan:
    cell = view.table.cells(row)[column] if column is not None else None
    answer = cell if cell is not None and cell.start < cell.end else None
    return QuotedSpan(view.document, view.table.row(row), answer, column=column)
