"""What is meant by time: "the last meeting", "two months ago", and a file's name that says "v2", "FINAL" or a date."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from rag.language.dates import MONTHS
from rag.language.words import content_terms, terms

__all__ = ["FileName", "Recency", "file_name", "named_so", "recency_of"]


class Recency(NamedTuple):
    """A time that a question means: from `first` (None: the newest there is) to `last`; `what` is then meant of it."""

    phrase: str
    rest: str  # the question without the phrase
    what: str
    first: date | None
    last: date


class FileName(NamedTuple):
    """What a file's name says: what is the same in all of a series or of all versions, its date, its version."""

    series: str
    date: str
    version: tuple[int, ...]
    marks: frozenset[str]  # the words that tell it from the others


_SMALL = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}  # fmt: skip
_NUMBER = rf"(\d{{1,2}}|{'|'.join(_SMALL)})"
_NEWEST = re.compile(
    r"\b(?:(?:the|our|its|their|your|\w+['’]s) (?:very )?(?:last|current)|(?:the )?(?:latest|newest|most recent))"
    r" (?!(?:days?|weeks?|months?|quarters?|years?|name|time|two|three|few|of|one)\b)([a-z][\w-]*(?: [a-z][\w-]*)?)",
    re.IGNORECASE,
)
_KINDS = {"meeting": "minutes protocol", "session": "minutes protocol", "issue": "newsletter magazine"}
"""What is called otherwise in the name of its document."""


def _month(today: date, back: int) -> tuple[date, date]:
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    first = date(year, month + 1, 1)
    return first, date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)


def _week(today: date, back: int) -> tuple[date, date]:
    first = today - timedelta(days=today.weekday() + 7 * back)
    return first, first + timedelta(days=6)


def _year(today: date, back: int) -> tuple[date, date]:
    return date(today.year - back, 1, 1), date(today.year - back, 12, 31)


def _day(today: date, back: int) -> tuple[date, date]:
    return (today - timedelta(days=back),) * 2


_PERIODS: dict[str, Callable[[date, int], tuple[date, date]]] = {
    "day": _day,
    "week": _week,
    "month": _month,
    "year": _year,
}
_TIMES = (  # a pattern, and how many periods back it is
    (re.compile(r"\btoday\b", re.IGNORECASE), "day", 0),
    (re.compile(r"\byesterday\b", re.IGNORECASE), "day", 1),
    *(
        (re.compile(rf"\b{word} {period}\b(?! of)", re.IGNORECASE), period, back)
        for period in ("week", "month", "year")
        for word, back in (("this", 0), ("(?<!the )last", 1), ("(?<!the )previous", 1))
    ),
)
_AGO = re.compile(rf"\b{_NUMBER} (day|week|month|year)s? ago\b", re.IGNORECASE)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d\d)[-_. ]?(?P<m>0[1-9]|1[0-2])(?:[-_. ]?(?P<d>[0-3]\d))?(?!\d)"
    rf"|(?<!\d)(?P<day>[0-3]?\d)[-_. ](?P<number>0?[1-9]|1[0-2])[-_. ](?P<full>(?:19|20)\d\d)(?!\d)"
    rf"|(?:(?<!\d)(?P<on>[0-3]?\d)[-_. ]?)?(?<![a-z])(?P<name>{_MONTH})(?![a-z])[-_. ]*(?P<of>(?:19|20)\d\d)(?!\d)"
    rf"|(?<!\d)(?P<alone>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![a-z])(?:v|ver|version|rev|revision|r)[-_. ]?(\d+(?:\.\d+)*)(?![a-z\d])", re.IGNORECASE)
_COPY = re.compile(r"\((\d+)\)|(?<=[a-z])[-_ ]+(\d{1,2})$", re.IGNORECASE)
_RANKS = {
    "backup": -3, "old": -3, "draft": -2, "copy": 0, "new": 1, "updated": 1, "revised": 1, "amended": 1,
    "latest": 2, "final": 3, "signed": 4, "approved": 4,
}  # fmt: skip


def recency_of(question: str, today: date) -> Recency | None:
    """The time that a question means by the day it is asked on; None where it names none so."""
    if ago := _AGO.search(question):
        count = int(ago[1]) if ago[1].isdigit() else _SMALL[ago[1].lower()]
        return Recency(ago[0], _without(ago, question), "", *_PERIODS[ago[2].lower()](today, count))
    for pattern, period, back in _TIMES:
        if found := pattern.search(question):
            return Recency(found[0], _without(found, question), "", *_PERIODS[period](today, back))
    newest = _NEWEST.search(question)
    return Recency(newest[0], _without(newest, question), newest[1], None, today) if newest else None


def _without(phrase: re.Match[str], question: str) -> str:
    before = re.sub(r"\s*\b(?:at|in|of|during|from|on|by)?\s*$", "", question[: phrase.start()], flags=re.IGNORECASE)
    return before + question[phrase.end() :]


def named_so(what: str, names: frozenset[str]) -> bool:
    """Whether a document whose name has these terms is what is meant: "meeting" by "minutes" too."""
    wanted = content_terms(what)[:1]
    called = {other for word in what.lower().split() for other in terms(_KINDS.get(word, ""))}
    return not names.isdisjoint({*wanted, *called})


def file_name(stem: str) -> FileName:
    """A file's name without its ending, taken apart."""
    dated = _DATE.search(stem)
    rest = stem[: dated.start()] + " " + stem[dated.end() :] if dated else stem
    version = _VERSION.search(rest)
    rest = _VERSION.sub(" ", rest)
    copies = [int(a or b) for a, b in _COPY.findall(rest)]
    words = re.findall(r"[^\W\d_]+", _COPY.sub(" ", rest).lower())
    rank = max((_RANKS[word] for word in words if word in _RANKS), key=abs, default=0)
    numbers = tuple(map(int, version[1].split("."))) if version else (0,)
    marks = set(re.findall(r"\w+", stem.lower())) - set(words) | {word for word in words if word in _RANKS}
    series = " ".join(word for word in words if word not in _RANKS)
    return FileName(series, _iso(dated) if dated else "", (rank, *numbers, *copies), frozenset(marks))


def _iso(found: re.Match[str]) -> str:
    part = found.groupdict()
    year = part["y"] or part["full"] or part["of"] or part["alone"]
    month = int(part["m"] or part["number"] or 0) or (MONTHS[part["name"].lower()] if part["name"] else 0)
    day = int(part["d"] or part["day"] or part["on"] or 0)
    return "-".join([year, *(f"{each:02}" for each in (month, day) if each)])
