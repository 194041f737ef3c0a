"""Where the cells of a row stand in its line: between bars, between the marks of records, between tabs or wide gaps.

This module does not know which rows make a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.language import strip_span
from rag.types import Span

__all__ = ["bar_cells", "gap_cells", "mark_of", "record_cells"]

_MARKS = ";\t,|"
_LOOKED_AT = 60  # records at the top of a file
_BAR = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"\t+|[ \u00a0]{3,}")


def bar_cells(text: str, row: Span, *, spaced: bool) -> list[Span]:
    """The cells between bars, blank ones empty; bars at both ends part nothing where they are not `spaced`.

    `spaced`: the row is one of `row_text`, whose bars have spaces around them; a bar of a cell's own has none.
    """
    row = strip_span(text, row)
    said = text[slice(*row)]
    if spaced:
        marks = [at for at, char in enumerate(said) if char == "|" and _stands_apart(said, at)]
        edges = [-1, *marks, len(said)]
    else:
        marks = [found.start() for found in _BAR.finditer(said)]
        edges = [-1, *marks, len(said)]
        edges = edges[1:] if marks and marks[0] == 0 else edges
        edges = edges[:-1] if marks and marks[-1] == len(said) - 1 and len(edges) > 2 else edges
    return [strip_span(text, Span(row.start + a + 1, row.start + b)) for a, b in pairwise(edges)]


def _stands_apart(said: str, at: int) -> bool:
    return said[max(0, at - 1) : at] in ("", " ") and said[at + 1 : at + 2] in ("", " ")


def gap_cells(text: str, row: Span) -> list[Span]:
    """The cells between tabs, or between gaps of three spaces and more."""
    row = strip_span(text, row)
    edges = [row.start]
    for found in _GAP.finditer(text, *row):
        edges += found.span()
    edges.append(row.end)
    return [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]


def mark_of(text: str, records: Sequence[Span]) -> str:
    """The mark that parts the fields of most records into the same number of them; "" where none does."""
    best, mark = (0, 0), ""
    for one in _MARKS:
        counts = Counter(len(record_cells(text, record, one)) for record in records[:_LOOKED_AT])
        fields, times = max(counts.items(), key=lambda each: (each[1] if each[0] > 1 else 0, each[0]))
        if fields > 1 and (times, fields) > best:
            best, mark = (times, fields), one
    return mark


def record_cells(text: str, record: Span, mark: str) -> list[Span]:
    """The fields of a record; those in quotes without their quotes, and a mark within them parts nothing."""
    said = text[slice(*record)]
    if '"' not in said:
        edges = [-1, *(at for at, char in enumerate(said) if char == mark), len(said)]
    else:
        pattern = rf'"(?:[^"]|"")*"|{re.escape(mark)}'
        marks = [found.start() for found in re.finditer(pattern, said) if found[0] == mark]
        edges = [-1, *marks, len(said)]
    cells = [strip_span(text, Span(record.start + a + 1, record.start + b)) for a, b in pairwise(edges)]
    return [_unquoted(text, cell) for cell in cells]


def _unquoted(text: str, cell: Span) -> Span:
    quoted = cell.end - cell.start > 1 and text[cell.start] == text[cell.end - 1] == '"'
    return Span(cell.start + 1, cell.end - 1) if quoted else cell
