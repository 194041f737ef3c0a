"""The day that a source gives itself: in its file's own facts, or in a line at its head that says nothing else.

A date is written `2025-03-31`, or `2025-03` or `2025` where no more is said; empty where nothing is. This module does
not know when a file was last changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from rag.language import MONTHS

__all__ = ["date_at_head", "date_of"]

_MONTH = rf"(?P<month>{'|'.join(form.title() for form in sorted(MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_YEAR}[-/.](?P<number>[01]?\d)(?:[-/.](?P<day>[0-3]?\d))?(?!\d)",
        rf"{_DAY} {_MONTH},? {_YEAR}(?!\d)",
        rf"{_MONTH} {_DAY},? {_YEAR}(?!\d)",
        rf"{_MONTH},? {_YEAR}(?!\d)",
        rf"(?:D:)?{_YEAR}(?P<number>[01]\d)(?P<day>[0-3]\d)",
        rf"(?:D:)?{_YEAR}(?![\d-])",
    )
)
_BEFORE = re.compile(  # what a date at the head of a text may come after: a mark, "Published:", a name
    r"[\s>*_#|(\[]*(?:(?:first )?(?:published|posted|updated|last updated|written|issued|dated?)(?: on)?[:\s]+|"
    r"(?:by )?(?:[A-Z][\w.'’&-]*(?: (?:of|the|and|for) | )?){1,6}[,|·–—-] ?)?",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s*_)\]]*(?:$|[.,;:|·–—-]|by )")
_LINES = 8  # with something in them, at the head of a text


def date_of(told: Iterable[object]) -> str:
    """The first of the things told by a file's own facts that begins with a date."""
    for one in told:
        text = " ".join(str(one or "").split())
        text = re.sub(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? ", "", text)
        if found := _date(text, 0):
            return found[0]
    return ""


def date_at_head(text: str) -> str:
    """The date in one of a text's first lines, where the line begins with it or with no more than a name before it."""
    lines = (line for line in text[:4000].split("\n") if line.strip())
    for line, _ in zip(lines, range(_LINES), strict=False):
        before = _BEFORE.match(line)
        for start in (0, before.end() if before else 0):
            found = _date(line, start)
            if found and len(found[0]) > 4 and _AFTER.match(line, found[1]):
                return found[0]
    return ""


def _date(text: str, start: int) -> tuple[str, int] | None:
    """The date that stands at `start`, and where it ends."""
    for shape in _SHAPES:
        found = shape.match(text, start)
        if found is None:
            continue
        parts = found.groupdict()
        named = parts.get("month")
        month = MONTHS[named.lower()] if named else int(parts.get("number") or 0)
        day = int(parts.get("day") or 0)
        try:
            date(int(parts["year"]), month or 1, day or 1)
        except ValueError:
            continue
        return "-".join([parts["year"], *(f"{part:02}" for part in (month, day) if part)]), found.end()
    return None
