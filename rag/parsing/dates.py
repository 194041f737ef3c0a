"""The day that a source gives itself: in its file's own facts, or in a line at its head that says nothing else.

A date is written `2025-03-31`, or `2025-03` or `2025` where no more is said; empty where nothing is. This module does
not know when a file was last changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.language import dateline, leading_date

__all__ = ["date_at_head", "date_of"]

_LINES = 8  # with something in them, at the head of a text
_HEAD = 4000  # characters of a text in which they lie


def date_of(told: Iterable[object]) -> str:
    """The first of the things told by a file's own facts that begins with a date."""
    return next(filter(None, (leading_date(" ".join(str(one or "").split())) for one in told)), "")


def date_at_head(text: str) -> str:
    """The date in one of a text's first lines, where the line begins with it or with no more than a name before it."""
    lines = (line for line in text[:_HEAD].split("\n") if line.strip())
    first = (line for line, _ in zip(lines, range(_LINES), strict=False))
    return next(filter(None, map(dateline, first)), "")
