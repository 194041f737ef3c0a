"""Blank cells of tables: which column each cell of a row stands in, where rows of one table have fewer than others.

This module does not know characters, nor how a row becomes text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.parsing.pdf.layout import Row

__all__ = ["place_cells"]

_FEWEST = 3  # columns that a table has; of two, a blank cell shifts nothing
_FULL = 2  # rows that have all of them


def place_cells(rows: Sequence[Row]) -> None:
    """Gives the rows of one table their columns where cells are blank; leaves them alone where nothing is missing."""
    backwards = sum(_backwards(row) for row in rows) * 2 > sum(len(row.cells) > 1 for row in rows)
    spans = [_joined(row, backwards) for row in rows]
    counts = Counter(len(mine) for mine in spans)
    columns = max((count for count, times in counts.items() if times >= _FULL), default=0)
    headed = len(spans[0]) > columns and len(spans[0]) == max(counts) and len(rows) > _FEWEST
    columns = len(spans[0]) if headed else columns
    if columns < _FEWEST or max(counts) > columns or (counts[columns] * 4 < len(rows) and not headed):
        return
    places = _columns([mine for mine in spans if len(mine) == columns])
    if len(places) != columns:
        return
    found = [_placed(row, places, backwards) for row in rows]
    if headed and None in found:
        return  # only the names of the columns say where they are, and there are cells elsewhere
    blank = [mine is not None and 1 < len(set(mine)) < columns for mine in found]
    if not any(blank[1:]):  # the first row names the columns; that of the names of rows often has none
        return
    for row, mine in zip(rows, found, strict=True):
        if mine is not None and len(row.cells) > 1:
            row.columns, row.of = mine, columns


def _backwards(row: Row) -> bool:
    return len(row.spans) > 1 and row.spans[0][0] > row.spans[-1][0]


def _joined(row: Row, backwards: bool) -> list[tuple[float, float]]:
    """The row's cells from left to right; a sign of money belongs to the figure after it."""
    found: list[tuple[float, float]] = []
    signs: float | None = None
    pairs = list(zip(row.spans, row.texts, strict=True))
    for (left, right), text in reversed(pairs) if backwards else pairs:
        if _is_sign(text):
            signs = left if signs is None else signs
            continue
        found.append((left if signs is None else min(signs, left), right))
        signs = None
    return found


def _is_sign(text: str) -> bool:
    return len(text) < _FEWEST and not any(map(str.isalnum, text)) and text not in ("-", "–", "—")


def _columns(rows: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """The strips that the cells of full rows take up; overlapping ones are one."""
    strips: list[tuple[float, float]] = []
    for left, right in sorted(span for row in rows for span in row):
        if strips and left < strips[-1][1]:
            strips[-1] = strips[-1][0], max(strips[-1][1], right)
        else:
            strips.append((left, right))
    return strips


def _placed(row: Row, places: Sequence[tuple[float, float]], backwards: bool) -> tuple[int, ...] | None:
    """The column of each cell of a row in reading order; None where one lies in none, or in several."""
    found = []
    for left, right in row.spans:
        touched = [at for at, (start, end) in enumerate(places) if left < end and right > start]
        if len(touched) > 1:
            return None
        if not touched:
            middle = (left + right) / 2
            touched = [min(range(len(places)), key=lambda at: abs(sum(places[at]) / 2 - middle))]
        found.append(len(places) - 1 - touched[0] if backwards else touched[0])
    for at, text in enumerate(row.texts[:-1]):
        if _is_sign(text):
            found[at] = found[at + 1]
    return tuple(found) if found == sorted(found) else None
