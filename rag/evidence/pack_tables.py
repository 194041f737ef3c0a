"""Tables in a pack: the rows that an answer quotes, and the rows around them in their source. Every cell is escaped.

This module does not know whether what a table says is so.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from rag.evidence.tables import TableView
from rag.types import BLANK, Claim, QuotedRows

__all__ = ["TABLE_STYLE", "answer_table", "table_in_source"]


def answer_table(claims: Sequence[Claim], marks: Sequence[str], emphasised: bool) -> str:
    """Claims that quote rows of one table, as that table; `marks` are the links behind the rows of each."""
    rows: list[str] = []
    heads: QuotedRows | None = None
    for claim, mark in zip(claims, marks, strict=True):
        if (table := claim.table) is None:
            continue
        heads = heads or table
        cell = table.cell if emphasised else None
        rows += [
            f"<tr>{_cells(row, cell[1] if cell and cell[0] == at else None)}<td>{mark}</td></tr>"
            for at, row in enumerate(table.rows)
        ]
    head = _head(heads.columns, 1) if heads else ""
    return f'<div class="grid claim"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def table_in_source(view: TableView) -> str:
    """The quoted rows lit up among their neighbours, and how much of the table is not shown."""
    rows = []
    for at, row in enumerate(view.rows):
        begins = '<tr class="lit">' if view.lit[0] <= at < view.lit[1] else "<tr>"
        cells = _cells(row, view.cell[1] if view.cell and view.cell[0] == at else None)
        rows.append(f"{begins}{cells}</tr>")
    further = view.above + view.below
    more = f"<caption>{further:,} further {'rows' if further > 1 else 'row'}</caption>" if further else ""
    head = _head(view.quoted.columns)
    return f'<div class="grid"><table>{more}{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _head(columns: Sequence[str], behind: int = 0) -> str:
    if not any(columns):
        return ""
    cells = "".join(f'<th scope="col">{html.escape(each)}</th>' if each else "<td></td>" for each in columns)
    return f"<thead><tr>{cells}{'<td></td>' * behind}</tr></thead>"


def _cells(row: Sequence[str], emphasised: int | None) -> str:
    shown = []
    for at, cell in enumerate(row):
        said = html.escape(" ".join(cell.split()))
        kind = "" if said else ' class="blank"'
        said = said or f'<span aria-label="blank">{BLANK}</span>'
        said = f"<strong>{said}</strong>" if at == emphasised else said
        shown.append(f'<th scope="row">{said}</th>' if at == 0 and not kind else f"<td{kind}>{said}</td>")
    return "".join(shown)


TABLE_STYLE = """
.grid { margin: .6rem 0; overflow-x: auto; }
table { border-collapse: collapse; font: .875rem/1.4 sans-serif; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; border-bottom: 1px solid #e4e3df; font-weight: 400; text-align: left;
  vertical-align: baseline; }
thead th { color: #6d6f75; font-weight: 600; vertical-align: bottom; }
caption { color: #6d6f75; font-size: .8125rem; text-align: left; caption-side: bottom; }
.lit > * { background: #ffe2a0; }
td strong, th strong { text-decoration: underline; text-underline-offset: .2em; }
.blank { color: #6d6f75; }
"""
