"""Sentences made wrong on purpose: one number, date, name, negation, direction or quantity of each is changed.

The change is chosen by the sentence itself, so the same sentence is always made wrong in the same way. Names and
numbers are exchanged for others of the same text where it has some, which is harder to notice than foreign ones.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

__all__ = ["KINDS", "perturbed"]

_FIGURE = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
_YEAR = re.compile(r"\b(?:1[5-9]\d\d|20\d\d)\b")
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b(?=\s+\d|,)|(?<=\bin )(?:{'|'.join(_MONTHS)})\b")
_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-zé]+(?: [A-Z][a-zé]+)*")
_AUXILIARY = re.compile(r"\b(is|are|was|were|has been|have been|had been|can|could|will|would|should|must)\b(?! not)")
_NOT = re.compile(r"\b(?:not|never) |n[’']t\b")
_DIRECTIONS = {
    "more": "less", "less": "more", "higher": "lower", "lower": "higher", "increased": "decreased",
    "decreased": "increased", "increase": "decrease", "rose": "fell", "fell": "rose", "before": "after",
    "after": "before",
    "largest": "smallest", "smallest": "largest", "first": "last", "last": "first", "north": "south", "south": "north",
    "east": "west", "west": "east", "northern": "southern", "southern": "northern", "above": "below", "below": "above",
    "won": "lost", "lost": "won", "male": "female", "female": "male", "highest": "lowest", "older": "younger",
    "accepted": "rejected", "approved": "rejected", "supported": "opposed", "include": "exclude", "early": "late",
}  # fmt: skip
_DIRECTION = re.compile(rf"\b(?:{'|'.join(_DIRECTIONS)})\b")
_AMOUNTS = {
    "some": "all",
    "many": "all",
    "most": "all",
    "several": "all",
    "all": "few",
    "every": "no",
    "both": "neither",
}
_AMOUNT = re.compile(rf"\b(?:{'|'.join(_AMOUNTS)})\b")


def perturbed(sentence: str, around: str) -> Iterator[tuple[str, str]]:
    """`(kind, sentence made wrong)` for each kind of change that the sentence allows; `around` is its source."""
    for kind, change in KINDS.items():
        wrong = change(sentence, around, random.Random(crc32(f"{kind}\0{sentence}".encode())))
        if wrong is not None and wrong != sentence:
            yield kind, wrong


def _once(pattern: re.Pattern[str], text: str, rng: random.Random, new: Callable[[re.Match[str]], str]) -> str | None:
    found = list(pattern.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + new(match) + text[match.end() :]


def _other(said: str, sentence: str, candidates: Sequence[str], rng: random.Random) -> str | None:
    """One of the candidates that the sentence does not hold, in a fixed order."""
    left = sorted({each for each in candidates if each not in sentence and each != said})
    return rng.choice(left) if left else None


def _number(sentence: str, around: str, rng: random.Random) -> str | None:
    def new(match: re.Match[str]) -> str:
        if match[0].isalpha():
            return _other(match[0], sentence, _SPELLED, rng) or "thirteen"
        if (
            there := _other(
                match[0], sentence, [m[0] for m in _FIGURE.finditer(around) if not _YEAR.fullmatch(m[0])], rng
            )
        ) and rng.random() < 0.5:
            return there
        factor = rng.choice((0.3, 0.6, 1.5, 2.0, 7.9))
        value = float(match[0].replace(",", "")) * factor + 1
        return f"{value:,.1f}" if "." in match[0] else f"{round(value):,}" if "," in match[0] else str(round(value))

    pattern = re.compile(rf"(?!{_YEAR.pattern}){_FIGURE.pattern}|{_NUMBER_WORD.pattern}")
    return _once(pattern, sentence, rng, new)


def _date(sentence: str, around: str, rng: random.Random) -> str | None:
    def new(match: re.Match[str]) -> str:
        if match[0].isalpha():
            return rng.choice([month for month in _MONTHS if month != match[0]])
        there = _other(match[0], sentence, [m[0] for m in _YEAR.finditer(around)], rng)
        return there if there and rng.random() < 0.5 else str(int(match[0]) + rng.choice((-11, -3, -1, 1, 2, 10)))

    return _once(re.compile(f"{_YEAR.pattern}|{_MONTH.pattern}"), sentence, rng, new)


def _name(sentence: str, around: str, rng: random.Random) -> str | None:
    names = [m[0] for m in _NAME.finditer(around) if m[0] not in _MONTHS]

    def new(match: re.Match[str]) -> str:
        return (
            _other(match[0], sentence, [name for name in names if not set(name.split()) & set(sentence.split())], rng)
            or match[0]
        )

    return _once(_NAME, sentence, rng, new)


def _negation(sentence: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    if _NOT.search(sentence):
        return _once(_NOT, sentence, rng, lambda _: "")
    return _once(
        _AUXILIARY, sentence, rng, lambda match: f"{match[0].split()[0]} not {' '.join(match[0].split()[1:])}".strip()
    )


def _direction(sentence: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    return _once(_DIRECTION, sentence, rng, lambda match: _DIRECTIONS[match[0]])


def _amount(sentence: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    return _once(_AMOUNT, sentence, rng, lambda match: _AMOUNTS[match[0]])


KINDS: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "number": _number,
    "date": _date,
    "name": _name,
    "negation": _negation,
    "direction": _direction,
    "quantity": _amount,
}
