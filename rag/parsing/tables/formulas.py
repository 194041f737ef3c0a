"""Values of plain formulas that a workbook was saved without: sums and the like over the numbers of one sheet.

What a person sees when the workbook is opened is the value. Anything beyond - other sheets, conditions, texts, dates of
today - has no value here. This module does not know how a sheet is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Cell", "values_of"]

Cell = tuple[int, int]  # row and column, from 1
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<name>[A-Z]+)\(|(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})(?![\w!(])"
    r"|(?P<sign>[-+*/^(),;:%]))",
)
_MOST = 100_000  # cells of a range, of which a sheet has billions
_DEEPEST = 40  # formulas that wait for formulas; in the order of a sheet few do


class _NotPlainError(Exception):
    pass


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _product(numbers: Sequence[float]) -> float:
    found = 1.0
    for number in numbers:
        found *= number
    return found


_FUNCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVERAGE": _mean,
    "MIN": lambda numbers: min(numbers, default=0.0),
    "MAX": lambda numbers: max(numbers, default=0.0),
    "COUNT": lambda numbers: float(len(numbers)),
    "PRODUCT": _product,
}


def values_of(
    formulas: Mapping[Cell, str], numbers: Mapping[Cell, float], texts: Callable[[Cell], bool]
) -> dict[Cell, float]:
    """The values of those formulas that have one; `texts` says whether a cell holds words."""
    sheet = _Sheet(formulas, numbers, texts)
    for cell in sorted(formulas):
        sheet.value(cell, 0)
    return {cell: value for cell, value in sheet.known.items() if value is not None}


@dataclass(slots=True)
class _Sheet:
    formulas: Mapping[Cell, str]
    numbers: Mapping[Cell, float]
    texts: Callable[[Cell], bool]
    known: dict[Cell, float | None] = field(default_factory=dict)

    def value(self, cell: Cell, depth: int) -> float | None:
        """The number in a cell, None where it has none."""
        if cell not in self.formulas:
            return self.numbers.get(cell)
        if cell not in self.known:
            self.known[cell] = None  # a circle has no value
            if depth <= _DEEPEST:
                self.known[cell] = self._worked_out(self.formulas[cell], depth)
        return self.known[cell]

    def _worked_out(self, formula: str, depth: int) -> float | None:
        reader = _Reader(self, formula, depth)
        try:
            found = reader.sum()
        except (_NotPlainError, ArithmeticError, ValueError):
            return None
        return found if reader.at_end() and abs(found) < 1e15 else None


@dataclass(slots=True)
class _Reader:
    sheet: _Sheet
    text: str
    depth: int
    at: int = 0

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.at)

    def _sign(self, wanted: str) -> str:
        """The next sign if it is one of those wanted."""
        found = self._next()
        if found is None or not found["sign"] or found["sign"] not in wanted:
            return ""
        self.at = found.end()
        return found["sign"]

    def at_end(self) -> bool:
        return not self.text[self.at :].strip()

    def sum(self) -> float:
        found = self._term()
        while sign := self._sign("+-"):
            found += self._term() if sign == "+" else -self._term()
        return found

    def _term(self) -> float:
        found = self._power()
        while sign := self._sign("*/"):
            other = self._power()
            found = found * other if sign == "*" else found / other
        return found

    def _power(self) -> float:
        found = self._single()
        if self._sign("^"):
            raised = found ** self._single()
            if isinstance(raised, complex):
                raise _NotPlainError
            found = raised
        return found

    def _single(self) -> float:
        if self.at > 1000:
            raise _NotPlainError
        sign = self._sign("+-")
        if sign:
            return self._single() * (-1 if sign == "-" else 1)
        if self._sign("("):
            found = self.sum()
            if not self._sign(")"):
                raise _NotPlainError
        else:
            found = self._atom()
        while self._sign("%"):
            found /= 100
        return found

    def _atom(self) -> float:
        token = self._next()
        if token is None or token["sign"]:
            raise _NotPlainError
        self.at = token.end()
        if token["number"]:
            return float(token["number"])
        if token["cell"]:
            return self._cell(_address(token["cell"]))
        if token["name"] not in _FUNCTIONS:
            raise _NotPlainError
        return _FUNCTIONS[token["name"]](self._arguments())

    def _cell(self, cell: Cell) -> float:
        found = self.sheet.value(cell, self.depth + 1)
        if found is None and (cell in self.sheet.formulas or self.sheet.texts(cell)):
            raise _NotPlainError
        return found or 0.0

    def _arguments(self) -> list[float]:
        """Numbers of ranges - words among them do not count - and of what else stands between the brackets."""
        found: list[float] = []
        while not self._sign(")"):
            token, start = self._next(), self.at
            if token is not None and token["cell"]:
                self.at = token.end()
                end = self._next() if self._sign(":") else None
                if end is not None and end["cell"]:
                    self.at = end.end()
                    found += self._range(_address(token["cell"]), _address(end["cell"]))
                elif self._stands_alone():
                    found += self._range(_address(token["cell"]), _address(token["cell"]))
                else:
                    self.at = start
                    found.append(self.sum())
            else:
                found.append(self.sum())
            if not self._sign(",;"):
                if not self._sign(")"):
                    raise _NotPlainError
                break
        return found

    def _stands_alone(self) -> bool:
        after = self._next()
        return after is not None and after["sign"] in (",", ";", ")")

    def _range(self, first: Cell, last: Cell) -> list[float]:
        (top, left), (bottom, right) = first, last
        if (bottom - top + 1) * (right - left + 1) > _MOST:
            raise _NotPlainError
        found = []
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                value = self.sheet.value((row, column), self.depth + 1)
                if value is None and (row, column) in self.sheet.formulas:
                    raise _NotPlainError
                found += [] if value is None else [value]
        return found


def _address(text: str) -> Cell:
    bare = text.replace("$", "")
    letters = bare.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(bare[len(letters) :]), column
