"""Dates in a text, as far as they are given: "3 May 2022", "the 1990s"; months and weekdays.

English and figures only. This module does not know when anything happened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.language.english import DAY_NAMES, MONTH_NAMES
from rag.types import Span

__all__ = ["MONTHS", "NAMES", "RECENT_YEAR", "YEAR", "Date", "dates", "is_date_word"]

NAMES: Final = MONTH_NAMES
"""The months as they are written in full."""
MONTHS: Final = {form: number for number, name in enumerate(NAMES, 1) for form in (name.lower(), name[:3].lower())} | {
    "sept": 9
}
"""Every form in small letters, and which month it is: 1 to 12."""
YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})s?\b")
"""A year from 1000 to 2099, or its decade."""
RECENT_YEAR = re.compile(r"(?<![-–\w])(?:19|20)\d\d(?![-–\w])")
"""A year from 1900 to 2099 that is no part of a span of years."""
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""\b(?: (?P<iso>\d{{4}})-(?P<isomonth>\d{{2}})-(?P<isoday>\d{{2}})
      | (?P<one>\d{{1,2}})(?P<sign>[./])(?P<two>\d{{1,2}})(?P=sign)(?P<numeric>[12]\d{{3}})\b
      | (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\b\.?
        (?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,\d|\s?(?:%|per\b)))?
        (?:,?\s+(?:of\s+)?(?P<year>[12]\d{{3}})\b(?!,\d))?
      | (?P<alone>1[0-9]\d{{2}}|20\d{{2}})(?P<decade>s)?\b(?![,.]\d|\s?%) )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is given."""

    year: int | None
    month: int | None
    day: int | None
    span: Span
    decade: bool = False  # "the 1990s"

    def within(self, other: Date) -> bool:
        """Whether everything given here is given there too, and the same."""
        if self.decade != other.decade:
            return self.decade and other.year is not None and self.year == other.year // 10 * 10
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def but_for_year(self, other: Date) -> bool:
        """Whether month and day are given there, and the same, without a year."""
        return other.year is None and self.month is not None and (self.month, self.day) == (other.month, other.day)

    def clashes(self, other: Date) -> bool:
        """Whether a part given in both differs."""
        if self.decade or other.decade:
            return self.year is not None and other.year is not None and self.year // 10 != other.year // 10
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)


def dates(text: str) -> list[Date]:
    """The dates of a text, in order: days, months with a capital, years from 1000 to 2099 that stand alone."""
    found = []
    for match in _DATE.finditer(text):
        part = match.groupdict()
        span = Span(*match.span())
        if part["iso"]:
            found.append(Date(int(part["iso"]), int(part["isomonth"]), int(part["isoday"]), span))
        elif part["numeric"]:
            found.append(_numeric(int(part["one"]), int(part["two"]), int(part["numeric"]), part["sign"], span))
        elif part["alone"]:
            found.append(Date(int(part["alone"]), None, None, span, decade=bool(part["decade"])))
        elif match["month"][0].isupper():
            day = part["day"] or part["after"]
            if match["month"] in ("May", "March", "Mar", "Jan", "Sep", "Dec") and not (day or part["year"]):
                continue  # more often a verb or a name
            year = int(part["year"]) if part["year"] else None
            found.append(Date(year, MONTHS[part["month"].lower()], int(day) if day else None, span))
    return found


def _numeric(one: int, two: int, year: int, sign: str, span: Span) -> Date:
    """A date in figures; which of two small numbers is the month is not known where a slash stands between them."""
    if sign == "." or one > 12:
        return Date(year, two if two <= 12 else None, one, span)
    if two > 12:
        return Date(year, one, two, span)
    return Date(year, one, one, span) if one == two else Date(year, None, None, span)


def is_date_word(word: str) -> bool:
    """Whether a word with a capital is a month or a day of the week."""
    return bool(dates(f"1 {word} 2000")[0].month) or word in DAY_NAMES
