"""The row of a table as text. A blank cell leaves its place, so that no value slides under another column's head.

This module does not know any file format.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["row_text"]


def row_text(cells: Sequence[str]) -> str:
    """The cells on one line between bars, "Kettle | | 7" where the second is blank; empty if all are.

    A bar of a cell's own stands without spaces around it, so that it parts nothing.
    """
    said = [" ".join(cell.replace(" | ", "|").split()) for cell in cells]
    return " ".join(" | ".join(said).split()) if any(said) else ""
