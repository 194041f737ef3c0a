"""Blank cells of tables: which column each cell of a row stands in, where rows of one table have fewer than others.

This module does not know characters, nor how a row becomes text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rag.parsing.pdf.layout import Row
from rag.parsing.rows import RowHint
from rag.types import Span

__all__ = ["PlacedRow", "part_cells", "place_cells", "row_hints"]

_FEWEST = 3  # columns that a table has; of two, a blank cell shifts nothing
_FULL = 2  # rows that have all of them
_WIDE = 0.6  # of the size of letters, about two spaces: so far apart are words over two columns


class PlacedRow(NamedTuple):
    """A row of a table as a block of the text, and where its cells stand there."""

    block: int
    row: Row
    cells: list[tuple[int, int]]


def row_hints(rows: Sequence[PlacedRow]) -> Iterator[RowHint]:
    """Where the cells of each row stand, one a column; one that lies over several columns is said in each."""
    for _, run in groupby(
        enumerate(rows), lambda each: (each[1].block - each[0], each[1].row.page, each[1].row.region)
    ):
        mine = [row for _, row in run]
        yield from _hints(mine)


def _hints(rows: Sequence[PlacedRow]) -> Iterator[RowHint]:
    counts = Counter(len(one.cells) for one in rows if len(one.cells) > 1)
    usual = max((count for count, times in counts.items() if times == max(counts.values())), default=0)
    backwards = sum(_backwards(one.row) for one in rows) * 2 > len(rows)
    strips = _columns([one.row.spans for one in rows if len(one.cells) == usual])
    strips = strips[::-1] if backwards else strips
    for at, one in enumerate(rows):
        end = one.cells[-1][1] if one.cells else 0
        found: dict[int, Span] = {}
        places: list[tuple[int, ...]]
        fits = len(one.cells) == len(one.row.spans) == len(one.row.texts)
        if fits and one.row.columns:
            places = [(column,) for column in one.row.columns]
        elif fits and len(strips) == usual > 1 and len(one.cells) != usual:
            places = [_touched(span, strips) for span in one.row.spans]
        else:
            places = [(column,) for column in range(len(one.cells))]
        for place, (first, last) in zip(places, one.cells, strict=True):
            for column in place:
                known = found.get(column)
                found[column] = Span(known.start if known and len(place) == 1 else first, last)
        width = max(found, default=-1) + 1
        yield RowHint(
            one.block, begins=not at, cells=tuple(found.get(column, Span(end, end)) for column in range(width))
        )


def _touched(span: tuple[float, float], strips: Sequence[tuple[float, float]]) -> tuple[int, ...]:
    """The columns that a cell lies over, or the nearest."""
    left, right = span
    touched = tuple(at for at, (start, end) in enumerate(strips) if left < end and right > start)
    middle = (left + right) / 2
    return touched or (min(range(len(strips)), key=lambda at: abs(sum(strips[at]) / 2 - middle)),)


def part_cells(rows: Sequence[Row]) -> None:
    """Parts heads of a table that are one cell over several columns: they stand closer than what is below them."""
    counts = Counter(len(row.cells) for row in rows)
    columns = max((count for count, times in counts.items() if times >= max(_FULL, len(rows) / 2)), default=0)
    full = [at for at, row in enumerate(rows) if len(row.cells) == columns]
    strips = _columns([rows[at].spans for at in full])
    if columns < _FEWEST or len(strips) != columns:
        return
    for row in rows[: full[0]]:
        if 1 < len(row.cells) < columns and not _backwards(row):
            _part(row, strips)


def _part(row: Row, strips: Sequence[tuple[float, float]]) -> None:
    at = 0
    while at < len(row.cells):
        words, texts = row.words[at], row.texts[at].split()
        begun = row.cells[at][0]
        cut = _cut(words, strips, row.size) if len(words) == len(texts) else None
        if cut is not None:
            row.cells[at : at + 1] = [(begun, begun + cut), (begun + cut, row.cells[at][1])]
            row.spans[at : at + 1] = [(part[0][0], part[-1][1]) for part in (words[:cut], words[cut:])]
            row.words[at : at + 1] = [words[:cut], words[cut:]]
            row.texts[at : at + 1] = [" ".join(texts[:cut]), " ".join(texts[cut:])]
        at += 1


def _cut(words: Sequence[tuple[float, float]], strips: Sequence[tuple[float, float]], size: float) -> int | None:
    """The first word of a cell that stands over another column than those before it, behind a wide space."""
    for at in range(1, len(words)):
        wide = words[at][0] - words[at - 1][1] > _WIDE * size
        before, after = (_touched((part[0][0], part[-1][1]), strips) for part in (words[:at], words[at:]))
        if wide and before[-1] < after[0]:
            return at
    return None


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
