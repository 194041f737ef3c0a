"""Clauses of a sentence: where one begins, and whether its verb is passive."""

from __future__ import annotations

import re

__all__ = ["clause_starts", "is_passive"]

_BORDER = re.compile(
    r"[;:]|,? (?:and|but|while|whereas|although|though|which|who|whom|whose|where|when|after|before|because|since|with|"
    r"that|as|by|including) |, "
)
_PASSIVE = re.compile(r"\w(?:ed|en|wn|ght|ade|ut|ept) by\b")


def clause_starts(sentence: str) -> list[int]:
    """The offsets of the marks and words with which the parts of a sentence begin, but for the first."""
    return [match.start() for match in _BORDER.finditer(sentence)]


def is_passive(sentence: str) -> bool:
    """Whether something is done "by" something in it."""
    return _PASSIVE.search(sentence) is not None
