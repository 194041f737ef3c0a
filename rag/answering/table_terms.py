"""What a question and a cell have in common: words as stems, numbers as values, codes and days as such.

This module does not know tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.language import (
    Reading,
    carries,
    days_in,
    is_figure,
    is_year,
    number_in,
    terms,
    verb_after_did,
)
from rag.types import Span

__all__ = ["Asked", "asked_in", "keys_of", "keys_said"]

_PIECE = re.compile(r"[^\W_]+(?:[.,:’'/-][^\W_]+)*")
_PLAIN = Reading()


@dataclass(frozen=True, slots=True)
class Asked:
    """A word, number, code or day of a question: `keys` are what a cell may hold for it.

    `parts` say the same in several words: a month and a year. `carries`: it says neither which row nor which column.
    """

    keys: frozenset[str]
    span: Span
    carries: bool = False
    parts: tuple[Asked, ...] = ()
    term: str = ""

    def said_by(self, pool: frozenset[str] | set[str]) -> bool:
        """Whether some cells or heads say it."""
        return not self.keys.isdisjoint(pool) or (bool(self.parts) and all(part.said_by(pool) for part in self.parts))


def asked_in(question: str) -> tuple[Asked, ...]:
    """What a question says, in order; days as one."""
    found = []
    days = [day for day in days_in(question) if day.month is not None]
    for day in days:
        keys = {_day_key(day.year or 0, day.month or 0, day.day or 0)}
        inner = tuple(_words(question, day.span))
        found.append(Asked(frozenset(keys), day.span, parts=inner))
    taken = [day.span for day in days]
    verb = verb_after_did(question)
    for one in _words(question, Span(0, len(question))):
        if not any(one.span.overlaps(span) for span in taken):
            found.append(replace(one, carries=True) if one.span == verb else one)
    return tuple(sorted(found, key=lambda one: one.span.start))


def keys_said(asked: Iterable[Asked]) -> frozenset[str]:
    """The keys of all that is asked for."""
    return frozenset().union(*(one.keys for one in asked))


def _words(question: str, within: Span) -> Iterator[Asked]:
    for match in _PIECE.finditer(question, *within):
        piece, span = match[0], Span(*match.span())
        if any(char.isdigit() for char in piece):
            yield Asked(frozenset(_figure_keys(piece, _PLAIN, typed=True)), span)
            continue
        for inner in re.finditer(r"[^\W_]+", piece):
            if inner.start() and inner[0].lower() in ("s", "t", "d", "m", "re", "ll", "ve"):
                continue
            for term in terms(inner[0]):
                at = Span(span.start + inner.start(), span.start + inner.end())
                name = at.start > 0 and inner[0][:1].isupper()
                measure = question[: at.start].lower().endswith("how ")
                yield Asked(frozenset((term,)), at, measure or (carries(term, inner[0]) and not name), term=term)


@lru_cache(maxsize=65536)
def keys_of(text: str, reading: Reading) -> frozenset[str]:
    """What a cell says, as keys."""
    if not text:
        return frozenset()
    if is_figure(text):
        found = set(_figure_keys(text, reading))
        if (day := reading.day(text)) is not None and not is_year(text):
            year, month, number = day
            found |= {f"@{year}", _day_key(year, month, 0), _day_key(year, month, number), _day_key(0, month, number)}
        unit = re.sub(r"[\W\d_]+", " ", text)
        return frozenset((*found, *terms(unit)))
    found = set()
    for match in _PIECE.finditer(text):
        if any(char.isdigit() for char in match[0]):
            found.update(_figure_keys(match[0], reading))
        else:
            found.update(terms(match[0]))
    return frozenset(found)


def _figure_keys(piece: str, reading: Reading, *, typed: bool = False) -> Iterator[str]:
    said = piece.lower()
    yield re.sub(r"[^\w.:]+", "", said)
    value = (number_in(piece) if typed else None) or reading.number(piece)
    if value is not None:
        yield f"#{value:g}"
        if typed and is_year(piece):
            yield f"@{value:g}"
    if (moment := reading.order(piece)) is not None and isinstance(moment, tuple) and ":" in piece:
        yield f"t{moment[0]}:{moment[1]:02}"


def _day_key(year: int, month: int, day: int) -> str:
    return f"@{year or ''}-{month}" + (f"-{day}" if day else "")
