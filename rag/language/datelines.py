"""The day that a text gives itself: a date that it begins with, after no more than "Published:" or a name.

A date is written `2025-03-31`, or `2025-03` or `2025` where no more is said; empty where nothing is. This module does
not know where texts come from.
"""

from __future__ import annotations

import re
from datetime import date

from rag.language.dates import MONTHS
from rag.language.english import DAY_NAMES

__all__ = ["dateline", "leading_date"]

_DAY_NAME = re.compile(rf"(?:{'|'.join(name[:3] for name in DAY_NAMES)})\w*,? ")
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
_BEFORE = re.compile(  # what a date at the head of a line may come after: a mark, "Published:", a name
    r"[\s>*_#|(\[]*(?:(?:first )?(?:published|posted|updated|last updated|written|issued|dated?)(?: on)?[:\s]+|"
    r"(?:by )?(?:[A-Z][\w.'’&]*+(?:-\d[\w.'’&]*+)*(?: (?:of|the|and|for) | |-(?=\w))?){1,6}[,|·–—-] ?)?",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s*_)\]]*(?:$|[.,;:|·–—-]|by )")
_YEAR_ALONE = 4  # characters; such a date at the head of a line may be any number


def leading_date(text: str) -> str:
    """The date that a text begins with, after the name of its weekday at most."""
    day = _DAY_NAME.match(text)
    found = _date(text[day.end() :] if day else text, 0)
    return found[0] if found else ""


def dateline(line: str) -> str:
    """The date of a line that begins with it or with no more than a name before it; a year alone is none."""
    before = _BEFORE.match(line)
    for start in (0, before.end() if before else 0):
        found = _date(line, start)
        if found and len(found[0]) > _YEAR_ALONE and _AFTER.match(line, found[1]):
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
