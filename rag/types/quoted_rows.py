"""Rows of a table as they are quoted and shown, and how they look in text: a table of Markdown, or pairs in a line.

This module does not know where rows come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["BLANK", "QuotedRows", "markdown_head", "markdown_row"]

BLANK = "—"
"""What a cell without anything in it is shown as, in text."""

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&]")


@dataclass(frozen=True, slots=True)
class QuotedRows:
    """What a citation of a table's rows is shown as: a table. Every string is the source's text; "" is a blank cell.

    `heads` are the header rows, outermost first, and `rows` the quoted ones, top to bottom; each has one string a
    column, a merged cell's in every one it covers. `cell` is the asked cell as (row of `rows`, column), from 0; `sheet`
    is the sheet's name and `cells` the range there ("B7:D7"), both "" where there is no sheet.
    """

    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    cell: tuple[int, int] | None = None
    sheet: str = ""
    cells: str = ""

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> QuotedRows:
        """The way back from JSON. Raises KeyError or TypeError for anything else."""
        heads, rows = (tuple(tuple(map(str, row)) for row in given[name]) for name in ("heads", "rows"))
        cell = None if given["cell"] is None else (int(given["cell"][0]), int(given["cell"][1]))
        return cls(heads, rows, cell, str(given["sheet"]), str(given["cells"]))

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of each column on one line, outermost first: "2024 · Q1"."""
        width = max(map(len, (*self.heads, *self.rows)), default=0)
        stacks = ([_line(head[at]) for head in self.heads if at < len(head)] for at in range(width))
        return tuple(" · ".join(filter(None, dict.fromkeys(stack))) for stack in stacks)

    @property
    def place(self) -> str:
        """The sheet and the range there: "Costs, B7:D7"; "" where there is no sheet."""
        return ", ".join(filter(None, (_line(self.sheet), self.cells)))

    def __str__(self) -> str:
        """Each row as "head: value" pairs, a blank one as a dash, rows parted by "/"."""
        columns = self.columns
        rows = ([f"{head}: {value}" if head else value for head, value in _named(columns, row)] for row in self.rows)
        return " / ".join("; ".join(row) for row in rows)


def markdown_head(table: QuotedRows) -> str:
    """The first two lines of a Markdown table over the columns, with one behind them for the marks of citations."""
    columns = table.columns
    return f"{_row([*map(_escaped, columns), ''])}\n{_row(['---'] * (len(columns) + 1))}"


def markdown_row(row: Sequence[str], marks: str, emphasised: int | None) -> str:
    """A row of that table, whatever its cells hold, with the emphasised column in bold."""
    cells = [_escaped(cell) or BLANK for cell in row]
    if emphasised is not None and emphasised < len(cells):
        cells[emphasised] = f"**{cells[emphasised]}**"
    return _row([*cells, marks])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _named(columns: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    return [(head, _line(value) or BLANK) for head, value in zip(columns, row, strict=False)]


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """A cell's text on one line, of which Markdown makes no markup and no further cell."""
    return _MARKUP.sub(r"\\\g<0>", _line(text))
