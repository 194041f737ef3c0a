"""The cells of a sheet as rows of text: what is hidden is told, what is merged said wherever it stands.

A blank cell leaves its place as far as its table has heads; columns that are blank from top to bottom have none. This
module does not know any file format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rag.types import column_name

if TYPE_CHECKING:
    from rag.parsing.content import ContentBuilder

__all__ = ["Area", "Grid", "write_grid"]

_REMARK = 60  # characters of a line that is no cell of the table it stands below
_HEADS = 2  # rows at the top of a table that say how wide it is
_NAMED = 6  # areas that are named of those with formulas or hidden rows
_MOST_MERGED = 100_000  # cells that merged ones may fill; a sheet has billions


class Area(NamedTuple):
    """Rows and columns, from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """What a sheet holds: texts by row and column, from 1."""

    name: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    """By row and column those without a value saved, and their style."""

    def put(self, row: int, column: int, text: str) -> None:
        """Fills a cell, if there is something to fill it with."""
        if text:
            self.cells.setdefault(row, {})[column] = text


def write_grid(writer: ContentBuilder, grid: Grid) -> None:
    """Appends the sheet's name and its rows; hidden ones and formulas without values go into the ledger."""
    place = f"sheet {grid.name}"
    _hide(writer, grid, place)
    _tell_formulas(writer, list(grid.formulas), place)
    whole = _spread(grid)
    columns = sorted({column for cells in grid.cells.values() for column in cells})
    if columns:
        writer.add("heading", grid.name)
    for region in _regions(grid):
        _write_region(writer, region, grid, columns, whole)


def _hide(writer: ContentBuilder, grid: Grid, place: str) -> None:
    rows = grid.hidden_rows & set(grid.cells)
    if rows:
        text = " ".join(" ".join(grid.cells.pop(row).values()) for row in sorted(rows))
        writer.ledger.leave("hidden row", text, f"{place} ({_rows_named(rows)})", count=len(rows))
    hidden: dict[int, list[str]] = {}
    for first, last in grid.hidden_columns:
        for cells in grid.cells.values():
            for column in [column for column in cells if first <= column <= last]:
                hidden.setdefault(column, []).append(cells.pop(column))
    for column, texts in sorted(hidden.items()):
        writer.ledger.leave("hidden column", " ".join(texts), f"{place} ({column_name(column)})")
    grid.cells = {row: cells for row, cells in grid.cells.items() if cells}


def _tell_formulas(writer: ContentBuilder, formulas: list[tuple[int, int]], place: str) -> None:
    by_column: dict[int, set[int]] = {}
    for row, column in formulas:
        by_column.setdefault(column, set()).add(row)
    areas = []
    for column, rows in sorted(by_column.items()):
        name = column_name(column)
        areas += [f"{name}{first}" if first == last else f"{name}{first}:{name}{last}" for first, last in _runs(rows)]
    if areas:
        writer.ledger.leave("formula", "", f"{place} ({_first_of(areas)})", count=len(formulas))


def _rows_named(rows: set[int]) -> str:
    names = _first_of([f"{first}" if first == last else f"{first}:{last}" for first, last in _runs(rows)])
    return f"row{'s' if len(rows) > 1 else ''} {names}"


def _first_of(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _runs(numbers: set[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs


def _spread(grid: Grid) -> set[int]:
    """Repeats merged cells in all that they cover, and gives the rows that one merged cell takes up alone."""
    columns = {column for cells in grid.cells.values() for column in cells}
    whole = set()
    rows = sorted(grid.cells)
    filled = 0
    for area in grid.merged:
        text = grid.cells.get(area.top, {}).get(area.left, "")
        if not text:
            continue
        across = [column for column in columns if area.left <= column <= area.right]
        if area.top == area.bottom and set(grid.cells[area.top]) == {area.left}:
            whole.add(area.top)
            continue
        for row in rows:
            if area.top <= row <= area.bottom and filled < _MOST_MERGED:
                filled += len(across)
                for column in across:
                    grid.cells[row].setdefault(column, text)
    return whole


def _regions(grid: Grid) -> Iterator[list[int]]:
    """The numbers of rows that follow on each other without an empty one between."""
    region: list[int] = []
    for row in sorted(grid.cells):
        if region and row > region[-1] + 1 and not any(region[-1] < hidden < row for hidden in grid.hidden_rows):
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _write_region(writer: ContentBuilder, region: list[int], grid: Grid, columns: list[int], whole: set[int]) -> None:
    wide = [row for row in region if len(grid.cells[row]) > 1]
    begins = wide[0] if wide else region[-1] + 1
    end = max((max(grid.cells[row]) for row in wide[:_HEADS]), default=0)
    letters = tuple(columns)
    for row in region:
        cells = grid.cells[row]
        alone = len(cells) == 1 and (row < begins or len(next(iter(cells.values()))) > _REMARK)
        if row in whole or alone:
            said = list(cells.values())
        else:
            last = max(cells)
            said = [cells.get(column, "") for column in columns if column <= max(end, last)]
        writer.add_row(said, begins=row == region[0], sheet=grid.name, number=row, letters=letters)
