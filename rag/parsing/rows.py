"""The row of a table as text. A blank cell leaves its place, so that no value slides under another column's head.

This module does not know any file format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.types import Span

__all__ = ["RowHint", "row_text"]


class RowHint(NamedTuple):
    """What a reader knows of a row beyond its text: `block` is the number of the block that it is.

    `begins`: a table begins with it. `heads`: the file says that it names the columns. `number` and `letters` are its
    number and those of its columns in the sheet, from 1; `cells` are where its cells stand, where no bars say so.
    """

    block: int
    begins: bool = False
    heads: bool = False
    sheet: str = ""
    number: int = 0
    letters: tuple[int, ...] = ()
    cells: tuple[Span, ...] = ()


def row_text(cells: Sequence[str]) -> str:
    """The cells on one line between bars, "Kettle | | 7" where the second is blank; empty if all are.

    A bar of a cell's own stands without spaces around it, so that it parts nothing.
    """
    said = [" ".join(cell.replace(" | ", "|").split()) for cell in cells]
    return " ".join(" | ".join(said).split()) if any(said) else ""
