"""The tables of what was read: which rows belong together, which of them name the columns, what stands above and below.

Every format alike: a reader says what its file says (`RowHint`), the rest is told from the cells. This module does not
know any file format.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.language import is_figure, is_period, strip_span
from rag.parsing.content import ParsedContent
from rag.parsing.rows import RowHint
from rag.parsing.split_rows import bar_cells, gap_cells, mark_of, record_cells
from rag.types import Block, Span, Table, table_of

__all__ = ["tables_of"]

_RECORDS = "text/csv"
_AS_WRITTEN = ("text/markdown", "text/plain")  # formats whose text is the file's own
_MOST_HEADS = 4  # rows that name columns
_SAMPLE = 40  # rows that are looked at to tell heads from values
_REMARK = 40  # characters of a line that is no cell of the table it stands below
_TABS = re.compile(r"[ \t]+")
_CAPTION = 160  # characters of a paragraph above a table that is counted among its notes


@dataclass(slots=True)
class _Row:
    """A row: its block, where it and its cells stand, and what the file says of it."""

    block: int
    span: Span
    cells: list[Span]
    hint: RowHint
    rule: bool = False  # a line of dashes follows it

    @property
    def filled(self) -> int:
        return sum(cell.end > cell.start for cell in self.cells)


@dataclass(slots=True)
class _Run:
    """Rows that follow on each other, and the lines around them that are none."""

    rows: list[_Row]
    above: list[Span] = field(default_factory=list)
    below: list[Span] = field(default_factory=list)


def tables_of(content: ParsedContent) -> tuple[Table, ...]:
    """The tables of a document, in text order."""
    runs = [piece for run in _runs(content) for piece in _cut(content, run)]
    found: list[_Run] = []
    waiting: list[Span] = []  # lines above a table that have not met it yet
    last = -1
    for run in runs:
        near = run.rows[0].block == last + 1
        waiting = waiting if near else []
        last = run.rows[-1].block
        if max(len(row.cells) for row in run.rows) < 2:
            lines = [row.span for row in run.rows]
            sheet = bool(run.rows[0].hint.sheet)
            if near and found and (not sheet or run is runs[-1] or len(lines[0]) > _REMARK):
                found[-1].below += lines
            waiting += lines
            continue
        run.above = [*waiting, *run.above]
        waiting = []
        if found and near and _goes_on(content.text, found[-1], run):
            found[-1].rows += run.rows
        else:
            found.append(run)
    return tuple(_table(content, run) for run in found)


def _runs(content: ParsedContent) -> Iterator[list[_Row]]:
    """Rows of blocks that follow on each other, a new run where the file begins a table."""
    hints = {hint.block: hint for hint in content.rows}
    blocks, text = content.blocks, content.text
    tables = [block.span for block in blocks if block.kind == "table"]
    mark = mark_of(text, tables) if content.media_type == _RECORDS and tables else ""
    run: list[_Row] = []
    for at, block in enumerate(blocks):
        if block.kind == "code" and run and _is_rule(text[slice(*block.span)]):
            run[-1].rule = True
            continue
        hint = hints.get(at, RowHint(at))
        apart = block.kind != "table" or hint.begins or _apart(content, blocks, at)
        if run and apart:
            yield run
            run = []
        if block.kind == "table":
            span = strip_span(text, block.span)
            run.append(_Row(at, span, _cells(content, span, hint, mark), hint))
    if run:
        yield run


def _apart(content: ParsedContent, blocks: Sequence[Block], at: int) -> bool:
    """Whether an empty line, or another heading, stands between a row and the one before it."""
    if content.media_type not in (_RECORDS, *_AS_WRITTEN):
        return at > 0 and blocks[at - 1].heading != blocks[at].heading
    between = content.text[blocks[at - 1].span.end : blocks[at].span.start] if at else ""
    return between.replace("\r\n", "\n").replace("\r", "\n").count("\n") > 1


def _cells(content: ParsedContent, span: Span, hint: RowHint, mark: str) -> list[Span]:
    if hint.cells:
        return list(hint.cells)
    if content.media_type == _RECORDS:
        return _with_blank_ends(content.text, span, record_cells(content.text, span, mark), mark) if mark else [span]
    if content.media_type not in _AS_WRITTEN:
        return bar_cells(content.text, span, spaced=True)
    barred = "|" in content.text[slice(*span)]
    return bar_cells(content.text, span, spaced=False) if barred else gap_cells(content.text, span)


def _with_blank_ends(text: str, span: Span, cells: list[Span], mark: str) -> list[Span]:
    """The cells of a record with the blank ones at its ends: tabs there are white space, which no block holds."""
    if mark != "\t":
        return cells
    begins = max(text.rfind(end, 0, span.start) for end in "\r\n") + 1
    after = _TABS.match(text, span.end)
    left, right = text.count(mark, begins, span.start), after[0].count(mark) if after else 0
    return [Span(span.start, span.start)] * left + cells + [Span(span.end, span.end)] * right


def _is_rule(line: str) -> bool:
    return bool(line) and not line.strip("|:-+= \t")


def _cut(content: ParsedContent, rows: list[_Row]) -> Iterator[_Run]:
    """A run without the lines above and below that are no rows of it."""
    wide = [at for at, row in enumerate(rows) if row.filled > 1]
    if not wide or content.text[slice(*rows[0].span)] == "":
        yield _Run(rows)
        return
    first, last = wide[0], len(rows) - 1
    if rows[first].filled == 2 and len(wide) > 2 and Counter(r.filled for r in rows).most_common(1)[0][0] > 3:
        first = next((at for at in wide if rows[at].filled > 2), first) if not rows[first].hint.heads else first
    while last > wide[-1] and (not rows[last].filled or _is_remark(content.text, rows[last])):
        last -= 1
    above, below = ([row.span for row in part if row.filled] for part in (rows[:first], rows[last + 1 :]))
    yield _Run(rows[first : last + 1], above, below)


def _is_remark(text: str, row: _Row) -> bool:
    """Whether a line below a table is none of its rows: it stands alone and is a sentence, or long."""
    said = text[slice(*row.cells[0])]
    return row.filled == 1 and bool(said) and (len(row.cells) == 1 or len(said) > _REMARK or said[-1] in ".:;!?")


def _goes_on(text: str, before: _Run, run: _Run) -> bool:
    """Whether rows behind an empty line are further rows of the table above it: as wide, and none names columns."""
    if run.above or before.below or run.rows[0].hint.heads:
        return False
    first = run.rows[0]
    width = len(before.rows[0].cells)
    if len(first.cells) != width or first.hint.sheet != before.rows[0].hint.sheet:
        return False
    figures = sum(is_figure(text[slice(*cell)]) for cell in first.cells)
    return figures > 0 and (not first.hint.begins or bool(first.hint.sheet))


def _table(content: ParsedContent, run: _Run) -> Table:
    text = content.text
    hint = run.rows[0].hint
    heads = _header_rows(text, run.rows)
    above = [*_caption(content, run.rows[0].block), *run.above]
    starts = [page.span.start for page in content.pages]
    page = content.pages[max(0, bisect_right(starts, run.rows[0].span.start) - 1)].number if starts else None
    return table_of(
        [(row.span, row.cells, row.hint.number) for row in run.rows],
        heads,
        sheet=hint.sheet,
        page=page,
        letters=hint.letters,
        notes=[*dict.fromkeys((*above, *run.below))],
    )


def _caption(content: ParsedContent, block: int) -> list[Span]:
    """The paragraph above a table, where it is a line or announces it."""
    before = content.blocks[block - 1] if block else None
    if before is None or before.kind != "paragraph":
        return []
    said = content.text[slice(*before.span)]
    return [before.span] if len(said) <= _CAPTION or said.rstrip().endswith(":") else []


def _header_rows(text: str, rows: Sequence[_Row]) -> int:
    """How many rows at the top name the columns."""
    for at, row in enumerate(rows[:_MOST_HEADS], 1):
        if row.rule:
            return at
    told = 0
    while told < len(rows) and rows[told].hint.heads:
        told += 1
    if told == len(rows):
        told = 0
    said = [[text[slice(*cell)] for cell in row.cells] for row in rows[:_SAMPLE]]
    if not told and (len(rows) < 2 or not _names_columns(said, 0)):
        return 0
    count = max(told, 1)
    while count < min(_MOST_HEADS, len(rows) - 1) and not _unique(said[:count]) and _names_columns(said, count):
        count += 1
    return count


def _names_columns(said: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a row names columns: no figures but years and the like, and others than the cells below it."""
    row, below = said[at], said[at + 1 :]
    if not below or not any(row):
        return False
    filled = [cell for cell in row if cell]
    periods = [cell for cell in filled if _is_numbered_period(cell)]
    if any(is_figure(cell) and not is_period(cell) for cell in filled):
        return False
    if not periods:
        return at == 0 or len(filled) > 1
    column = [column for column, cell in enumerate(row) if _is_numbered_period(cell)]
    return (
        not any(_is_numbered_period(line[at]) for line in below for at in column if at < len(line)) and len(periods) > 1
    )


def _is_numbered_period(cell: str) -> bool:
    """Whether a cell names a year or the like in figures, so that a column of them may be values just as well."""
    return is_figure(cell) and is_period(cell)


def _unique(heads: Sequence[Sequence[str]]) -> bool:
    """Whether the rows so far name every column, and each in its own words."""
    width = max(map(len, heads))
    names = [tuple(row[at] if at < len(row) else "" for row in heads) for at in range(width)]
    return len(set(names[1:])) == len(names[1:]) and all(any(name) for name in names[1:])
