"""Rows and cells of a Word table, and what merged cells say. This module does not know their text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.parsing.office.word_styles import child, is_on
from rag.parsing.ooxml import attribute, choice, inside, local, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["Cell", "Grid", "Row", "rows_of"]

_WIDEST = 100  # Word itself has at most 63 columns
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """`columns` that it spans; `goes_on` if it is merged with the one above, `joins` with the one to the left."""

    element: _Element
    columns: int = 1
    goes_on: bool = False
    joins: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`before` and `after` are columns left open at its ends."""

    element: _Element
    cells: tuple[Cell, ...]
    before: int = 0
    after: int = 0
    deleted: bool = False
    hidden: bool = False
    heads: bool = False  # said again at the top of each page


@dataclass(slots=True)
class Grid:
    """Remembers what stands above."""

    _above: dict[int, str] = field(default_factory=dict)

    def row(self, row: Row, texts: Sequence[str]) -> list[str]:
        """The cell texts of a row, one for each column: a merged cell's in all that it spans."""
        said = [""] * row.before
        for cell, text in zip(row.cells, texts, strict=True):
            if cell.joins and said and not text:
                text = said[-1]
            for _ in range(cell.columns):
                at = len(said)
                said.append(self._above.get(at, "") if cell.goes_on and not text else text)
        said += [""] * row.after
        self._above = dict(enumerate(said))
        return said


def rows_of(table: _Element) -> list[Row]:
    """The rows of a table, those inside content controls too."""
    return [_row(one) for one in _below(table, "tr", 0)]


def _below(parent: _Element, name: str, depth: int) -> Iterator[_Element]:
    for one in inside(parent):
        found = local(one)
        if found == name:
            yield one
        elif found == "AlternateContent":
            taken = choice(one)
            if taken is not None and depth < _DEEPEST:
                yield from _below(taken, name, depth + 1)
        elif found not in ("tbl", "tr", "tc", "p") and not found.endswith("Pr") and depth < _DEEPEST:
            yield from _below(one, name, depth + 1)


def _row(element: _Element) -> Row:
    about = child(element, "trPr")
    gone = any(child(about, name) is not None for name in ("del", "moveFrom"))
    before, after = (_span(child(about, name), 0) for name in ("gridBefore", "gridAfter"))
    return Row(
        element,
        tuple(_cell(one) for one in _below(element, "tc", 0)),
        before,
        after,
        gone,
        is_on(child(about, "hidden")),
        is_on(child(about, "tblHeader")),
    )


def _cell(element: _Element) -> Cell:
    about = child(element, "tcPr")
    down, along = child(about, "vMerge"), child(about, "hMerge")
    goes_on = down is not None and attribute(down, "val", "continue") == "continue"
    joins = along is not None and attribute(along, "val", "continue") == "continue"
    gone = is_on(child(about, "cellDel"))
    return Cell(element, _span(child(about, "gridSpan"), 1), goes_on, joins, gone)


def _span(element: _Element | None, default: int) -> int:
    return default if element is None else max(default, number(attribute(element, "val"), default, most=_WIDEST))
