"""What the cell of a table says as a value: a number, a day, a time of the day.

Decimal points or commas, days or months first, is told by the cells of one column between them.

English and figures only. This module does not know tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.language.dates import MONTHS, Date, dates
from rag.types import Span

__all__ = ["Reading", "days_in", "is_figure", "is_period", "is_year", "number_in", "period_kind", "reading_of"]

_FIGURE = re.compile(
    r"[^\w+\-−–(]{0,4}(?:[A-Z]{2,3} ?|[A-Z]?[$€£₹¥] ?)?[+\-−–(]?\s?[$€£₹¥]?\s?"
    r"(\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:[eE][+-]?\d+)?\)?\s?(%|[$€£₹¥]|[^\W\d_]{1,4}[²³]?|°[CF]?)?[*†‡]?(?:\s?[\[(]\w{1,3}[\])])?",
)
_BRACKETED = re.compile(r"[^\w(]{0,4}\([^()]*\)\s?[%$€£₹¥]?")  # a loss: "(755.2)", "$ (755.2)", "(74.1)%"
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:/\d\d(?:\d\d)?)?")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SHORT_YEAR = r"(?:[’'](?=\d\d\b))?(?:(?:1[5-9]|20)\d\d|\d\d)(?:/\d\d(?:\d\d)?)?"
_PERIODS = {  # what columns are called that hold one stretch of time each
    "year": rf"(?:1[5-9]|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?(?: ?[AEBF])?|(?:FY|CY) ?{_SHORT_YEAR}(?: ?[AEBF])?",
    "quarter": rf"Q[1-4](?:[ /-]?{_SHORT_YEAR})?|{_SHORT_YEAR}[ /-]?Q[1-4]|[1-4]Q ?{_SHORT_YEAR}",
    "half": rf"H[12](?:[ /-]?{_SHORT_YEAR})?|[12]H ?{_SHORT_YEAR}",
    "month": rf"(?:{_MONTH})\.?(?:[ /-]{_SHORT_YEAR})?",
    "week": r"(?:week|wk|cw|kw)\.? ?\d{1,2}",
    "day": r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?s?\.?",
}
_NUMERIC_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_NAMED_DAY = re.compile(
    rf"(?:\w+day,? )?(?:(\d{{1,2}})(?:st|nd|rd|th|\.)?[ -])?({'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
    r"(?:[ -](\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,?[ -]'?(\d{4}|\d{2}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the figures of one column are to be read."""

    comma: bool = False  # 1.234,5 rather than 1,234.5
    month_first: bool = False  # 12/31/2024 rather than 31/12/2024

    def number(self, text: str) -> float | None:
        """The number that a cell says, 0.651 of "65.1 %" being 65.1; None where it says none."""
        found = _FIGURE.fullmatch(text.strip())
        return None if found is None else _signed(text, _plain(found[1], self.comma))

    def day(self, text: str) -> tuple[int, int, int] | None:
        """Year, month and day that a cell says, 0 for what is not given; None where it says no date."""
        said = text.strip()
        if (found := _NUMERIC_DAY.fullmatch(said)) is not None:
            one, two, three = int(found[1]), int(found[3]), int(found[4])
            if len(found[1]) == 4:
                return _checked(one, two, three)
            year = three if len(found[4]) == 4 else three + (1900 if three > 69 else 2000)
            return _checked(year, one, two) if self.month_first else _checked(year, two, one)
        if _YEAR.fullmatch(said):
            return int(said[:4]), 0, 0
        named = _NAMED_DAY.fullmatch(said)
        if named is None or not (named[4] or named[1] or named[3]):
            return None
        year = int(named[4] or 0)
        year = year + (1900 if year > 69 else 2000) if named[4] and len(named[4]) == 2 else year
        return _checked(year, MONTHS[named[2].lower().rstrip(".")], int(named[1] or named[3] or 0))

    def order(self, text: str) -> tuple[int, ...] | float | None:
        """What cells are put in order by: days and times as such, else numbers."""
        said = text.strip()
        if (found := _TIME.fullmatch(said)) is not None and ":" in said:
            late = (found[4] or "").lower().startswith("p") and int(found[1]) < 12
            return int(found[1]) + 12 * late, int(found[2]), int(found[3] or 0)
        day = None if _YEAR.fullmatch(said) else self.day(said)
        return day if day is not None else self.number(said)


def reading_of(cells: Iterable[str]) -> Reading:
    """How the figures of a column are to be read, as far as its cells tell."""
    comma = point = 0
    first, second = 0, 0
    for cell in cells:
        said = cell.strip()
        if (day := _NUMERIC_DAY.fullmatch(said)) is not None:
            first, second = max(first, int(day[1])), max(second, int(day[3]))
        elif (found := _FIGURE.fullmatch(said)) is not None:
            figure = found[1]
            comma += bool(re.search(r",\d{1,2}$|\.\d{3},|,\d{4,}$", figure) or figure.count(".") > 1)
            point += bool(re.search(r"\.\d{1,2}$|,\d{3}\.|\.\d{4,}$", figure) or figure.count(",") > 1)
    return Reading(comma > point, second > 12 >= first)


def is_figure(text: str) -> bool:
    """Whether a cell says a number, a day or a time, and no more."""
    said = text.strip()
    return bool(said) and bool(
        _FIGURE.fullmatch(said)
        or _TIME.fullmatch(said)
        or _NUMERIC_DAY.fullmatch(said)
        or ((found := _NAMED_DAY.fullmatch(said)) and (found[1] or found[3]))
    )


def is_year(text: str) -> bool:
    """Whether a cell says a year, or a year of business: "2021/22"."""
    return _YEAR.fullmatch(text.strip()) is not None


def period_kind(text: str) -> str:
    """What stretch of time a head names: "year" of "FY21", "quarter" of "Q3 2024", "month" of "Jan-24"; "" for none."""
    said = text.strip()
    kinds = (kind for kind, pattern in _PERIODS.items() if re.fullmatch(pattern, said, re.IGNORECASE))
    return next(kinds, "")


def is_period(text: str) -> bool:
    """Whether a cell names a stretch of time as a head of a column does, and is no value."""
    return bool(period_kind(text))


def number_in(text: str) -> float | None:
    """A number as a person types it in a question: "1,250.50", "1.250,50", "84,5"."""
    return reading_of([text]).number(text)


def _plain(figure: str, comma: bool) -> float:
    bare = re.sub(r"[ \u00a0\u202f'’]", "", figure)
    if comma:
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    elif bare.count(".") > 1:
        bare = bare.replace(".", "")
    else:
        bare = bare.replace(",", "")
    try:
        return float(bare)
    except ValueError:
        return 0.0


def _signed(text: str, value: float) -> float:
    said = text.strip()
    return -value if _BRACKETED.fullmatch(said) or re.match(r"[^\w(]{0,3}[-−–]", said) else value


def _checked(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    return (year, month, day) if 0 <= month <= 12 and 0 <= day <= 31 else None


@lru_cache(maxsize=256)
def days_in(question: str) -> tuple[Date, ...]:
    """The dates of a question, months in small letters too, and figures with days first where that can be."""
    said = re.sub(rf"\b({'|'.join(MONTHS)})\b", lambda match: match[0].capitalize(), question, flags=re.IGNORECASE)
    found = []
    for one in dates(said):
        text = said[slice(*one.span)]
        day = Reading().day(text) if one.month is None and one.day is None else None
        found.append(Date(*day, Span(*one.span)) if day and day[1] else one)
    return tuple(found)
