"""A place where a sentence says something else than its source. This module does not know how such places are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Difference", "DifferenceKind"]

DifferenceKind: TypeAlias = Literal[
    "number", "unit", "date", "name", "negation", "comparison", "quantifier", "bound", "quote"
]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the sentence says and the sources do not; `stands` is what the source says in its place, "" if nothing."""

    kind: DifferenceKind
    said: str
    stands: str = ""
    slight: bool = False

    """`slight`: the sources may only leave it out, as they do with names and with what is counted from context."""
