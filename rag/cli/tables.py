"""Tables of an answer's Markdown as aligned columns of a terminal, within its width.

This module does not know what the tables say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rag.types import QuotedRows, Span, markdown_head, markdown_row

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from rag.types import Passage


__all__ = ["in_columns", "table_begins", "with_tables"]

_ROW = re.compile(r"^\| .* \|$")
_RULE = re.compile(r"^\|(?: --- \|)+$")
_ESCAPE = re.compile(r"\\([\\`*_\[\]<>|~&])")
_NARROWEST = 9  # characters of a column, with the space beside it; a table that leaves less is shown row by row


def table_begins(text: str) -> int:
    """Where a table begins that a text ends in, which may go on in the text to come; the text's length if in none."""
    lines = text.split("\n")
    rows = 0
    while rows < len(lines) and lines[-1 - rows].startswith("|"):
        rows += 1
    return len(text) if not rows else len("\n".join(lines[:-rows])) + (rows < len(lines))


def with_tables(passage: Passage) -> str:
    """The text of a passage in which runs of rows are tables of Markdown, each below the heads of its columns."""
    document, (start, end) = passage.document, passage.chunk.span
    pieces, at = [], start
    for table in document.tables:
        rows = [row for row in range(len(table.rows)) if _overlaps(table.row(row), start, end)]
        if not rows:
            continue
        pieces.append(document.text[at : max(at, table.row(rows[0]).start)])
        heads, said = ([table.texts(document.text, row) for row in group] for group in (range(table.header_rows), rows))
        below = [texts for row, texts in zip(rows, said, strict=True) if row >= table.header_rows]
        shown = QuotedRows(tuple(map(tuple, heads)), tuple(map(tuple, below)))
        pieces.append("\n".join([markdown_head(shown), *(markdown_row(row, "", None) for row in shown.rows)]))
        at = table.row(rows[-1]).end
    return "".join([*pieces, document.text[at:end]])


def _overlaps(row: Span, start: int, end: int) -> bool:
    return row.start < end and row.end > start


def in_columns(text: str, width: int) -> str:
    """A Markdown text whose tables are columns of at most `width` characters; all else is as it was."""
    shown: list[str] = []
    for table, run in groupby(text.split("\n"), lambda line: bool(_ROW.match(line))):
        lines = list(run)
        is_table = table and len(lines) > 2 and _RULE.match(lines[1])
        shown += _drawn([_cells(line) for line in (lines[0], *lines[2:])], width) if is_table else lines
    return "\n".join(shown)


def _cells(line: str) -> list[str]:
    return line[2:-2].split(" | ")


def _drawn(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The lines of a table, whose last column are the marks of citations."""
    from rich.console import Console

    console = Console(width=width, force_terminal=True, color_system="standard", highlight=False)
    table = _by_column(rows) if len(rows[0]) * _NARROWEST <= width else _by_row(rows)
    with console.capture() as captured:
        console.print(table)
    return (line.rstrip() for line in captured.get().strip("\n").split("\n"))


def _by_column(rows: Sequence[Sequence[str]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    last = len(rows[0]) - 1
    for at, head in enumerate(rows[0]):
        figures = at < last and all(_is_figure(row[at]) for row in rows[1:])
        table.add_column(_plain(head), justify="right" if figures else "left", no_wrap=at == last, overflow="fold")
    for row in rows[1:]:
        table.add_row(*map(_plain, row))
    return table


def _by_row(rows: Sequence[Sequence[str]]) -> Table:
    """Each row as lines of head and value, for a table with more columns than the terminal has room for."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for at, row in enumerate(rows[1:]):
        if at:
            table.add_row()
        for head, value in zip(rows[0], row, strict=False):
            table.add_row(_plain(head), _plain(value))
    return table


def _plain(cell: str) -> Text:
    from rich.text import Text

    emphasised = len(cell) > 4 and cell.startswith("**") and cell.endswith("**")
    return Text(_ESCAPE.sub(r"\1", cell[2:-2] if emphasised else cell), style="bold" if emphasised else "")


def _is_figure(cell: str) -> bool:
    said = _plain(cell).plain
    return said == "—" or (any(map(str.isdigit, said)) and sum(map(str.isalpha, said)) < 4 and len(said) < 24)
