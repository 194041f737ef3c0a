"""The cell of a table that a question asks for: the column is told by its head, the first row of the table, and the
row by what else the question says.

This module does not know how rows were found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from rag.answering.citing import QuotedSpan
from rag.language import is_asking_word, is_value_noun, sets_apart, strip_span, terms
from rag.types import Document, Hit, Span

__all__ = ["LOOKED_UP", "blank_note", "looked_up", "with_cell"]

LOOKED_UP = 0.9
"""How sure a value is that was looked up: the share that is right, `benchmarks/LOG.md`."""
_MARKS = ";\t,|"  # that part the fields of a record


class _Cell(NamedTuple):
    """A cell, the head of its column, and the heads and values of its row."""

    span: Span
    head: str
    heads: list[str]
    values: list[str]


def looked_up(question: str, hits: Iterable[Hit]) -> tuple[QuotedSpan, str] | None:
    """The one row among those found which holds all that the question says but the head of a column, its cell of that
    column, and the head where the cell is blank; None where no row does or several do.
    """
    if sets_apart(question):
        return None
    asked = {term for term in terms(question) if not is_asking_word(term)}
    found: dict[tuple[str, Span], tuple[QuotedSpan, str]] = {}
    known: dict[str, dict[int, int]] = defaultdict(dict)
    for hit in hits:
        for span in hit.sentences:
            place = QuotedSpan(hit.passage.document, span)
            cell = _cell(place, question, known[place.document.id])
            if cell is not None and _is_of(cell, asked, place.document):
                found[place.document.id, span] = _with(place, cell)
    return next(iter(found.values())) if len(found) == 1 else None


def with_cell(place: QuotedSpan, question: str) -> tuple[QuotedSpan, str]:
    """A row with the asked cell as its exact words, and, where that cell is blank, the head of its column.

    What is no row, and a row none of whose columns is asked for, is given back as it is.
    """
    cell = _cell(place, question, {})
    return (place, "") if cell is None else _with(place, cell)


def blank_note(head: str) -> str:
    """That the cell asked for has nothing in it."""
    return f"The table leaves “{head}” blank in this row."


def _cell(place: QuotedSpan, question: str, known: dict[int, int]) -> _Cell | None:
    """The cell of a row that is asked for; None where the place is no row, or none of its columns is asked for.

    `known` are rows of the document whose head was found, which is kept there: the head may stand thousands above.
    """
    document, text = place.document, place.document.text
    row = _row_at(document, place.span)
    head = _head_of(document, row, known) if row is not None else None
    if row is None or head is None:
        return None
    first = text[slice(*document.blocks[head].span)]
    records = document.media_type == "text/csv"
    mark = max(_MARKS, key=first.count) if records else "|"
    heads, spans = (_cells(text, document.blocks[at].span, mark, records) for at in (head, row))
    names, values = ([text[slice(*span)] for span in each] for each in (heads, spans))
    column = _asked(question, names, values)
    return None if column is None else _Cell(spans[column], names[column], names, values)


def _with(place: QuotedSpan, cell: _Cell) -> tuple[QuotedSpan, str]:
    blank = cell.span.start == cell.span.end
    return replace(place, answer=None if blank else cell.span), cell.head if blank else ""


def _is_of(cell: _Cell, asked: Set[str], document: Document) -> bool:
    """Whether a row says all that the question does but for its column: nothing else may be asked."""
    others = asked - set(terms(cell.head))
    said = set(terms("\n".join(cell.values)))
    around = set(terms("\n".join((document.name, *cell.heads))))
    return bool(others & said) and all(term in said or term in around or is_value_noun(term) for term in others)


def _row_at(document: Document, span: Span) -> int | None:
    """The number of the block that is the quoted row; None where the span is no row."""
    at = document.block_at(span.start)
    if at < 0 or document.blocks[at].kind != "table":
        return None
    return at if strip_span(document.text, document.blocks[at].span) == span else None


def _head_of(document: Document, row: int, known: dict[int, int]) -> int | None:
    """The first row of a row's table; None for that row itself. In Markdown a line of dashes follows the head."""
    if document.media_type == "text/csv":
        return 0 if row else None
    first, blocks = row, document.blocks
    for at in range(row - 1, -1, -1):
        if blocks[at].heading != blocks[row].heading or blocks[at].kind not in ("table", "code"):
            break
        if at in known:
            first = known[at]
            break
        first = at if blocks[at].kind == "table" else first
    known[row] = first
    return first if first != row else None


def _cells(text: str, row: Span, mark: str, records: bool) -> list[Span]:
    """The cells of a row, blank ones empty; bars at both ends, as in Markdown, part nothing.

    Fields of records may be in quotes, and a mark within them parts nothing.
    """
    row = strip_span(text, row)
    pattern = rf'"(?:[^"]|"")*"|{re.escape(mark)}' if records else re.escape(mark)
    marks = [found.start() for found in re.finditer(pattern, text[slice(*row)]) if found[0] == mark]
    edges = [-1, *marks, row.end - row.start]
    if not records and marks and marks[0] == 0:
        edges = edges[1:-1] if marks[-1] == edges[-1] - 1 else edges[1:]
    cells = [strip_span(text, Span(row.start + a + 1, row.start + b)) for a, b in pairwise(edges)]
    return [_unquoted(text, cell) for cell in cells] if records else cells


def _unquoted(text: str, cell: Span) -> Span:
    quoted = cell.end - cell.start > 1 and text[cell.start] == text[cell.end - 1] == '"'
    return Span(cell.start + 1, cell.end - 1) if quoted else cell


def _asked(question: str, heads: Sequence[str], cells: Sequence[str]) -> int | None:
    """The column whose head the question names best, if it is one; not one whose value the question gives."""
    if len(heads) != len(cells) or len(heads) < 2:
        return None
    asked = set(terms(question))
    shares = [0.0] * len(heads)
    for at, (head, cell) in enumerate(zip(heads, cells, strict=True)):
        named, value = set(terms(head)), set(terms(cell))
        if named and not (value and value <= asked):
            shares[at] = len(named & asked) / len(named)
    best = max(shares, default=0.0)
    return shares.index(best) if best > 0 and shares.count(best) == 1 else None
