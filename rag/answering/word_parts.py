"""How far words are said by other words: the same, or one a part of the other, "Zähler" in "Zählerstand".

Terms of any language. This module does not know where they stand.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["said_in_part"]

_PART = 0.6  # what a word that is part of another counts
_PART_LETTERS = 4  # of such a part at least
_STEM = 0.65  # of the longer of two words that begin alike


def said_in_part(term: str, said: Collection[str]) -> float:
    """1 where some terms say another one, less where one of them is a part of it or the other way round, else 0."""
    if term in said:
        return 1.0
    if len(term) < _PART_LETTERS or term.isdigit():
        return 0.0
    return _PART if any(_is_part(term, other) for other in said if len(other) >= _PART_LETTERS) else 0.0


def _is_part(one: str, other: str) -> bool:
    """Whether one of two words is a part of the other, or both begin alike for most of their letters."""
    shorter, longer = sorted((one, other), key=len)
    if shorter in longer:
        return True
    least = max(_PART_LETTERS, round(_STEM * len(longer)))
    return one[:least] == other[:least]
