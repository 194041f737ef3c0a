"""What limits a figure that a sentence gives: the place it holds for, the whole that it is a part of, the time."""

from __future__ import annotations

import re

__all__ = ["asks_of_past", "is_part", "limiting_names", "says_whose", "without_parts"]

_PARTS = re.compile(
    r",\s+(?:most|many|some|mainly|mostly|chiefly|including|among them|[\w-]+ of (?:them|whom|which))\b.*"
)
_PART = re.compile(r"\W*(?:of (?:them|whom|which|these|those)|more|fewer|others)\b", re.IGNORECASE)
_WHERE = r"(?:in|of|at|among|across|within|throughout|inside|outside|from)"
_LIMIT = re.compile(rf"\b{_WHERE} (?:the |an? )?(?:[a-z]+ (?:of )?(?:the )?){{0,2}}((?:[A-Z][\w’'-]+ ?)+)")
_PAST = re.compile(
    r"\b(?:was|were|did|had|\w{3,}ed|lost|took|fell|rose|left|fled|won|sank|began|went)\b", re.IGNORECASE
)
_OF_A_NATION = ("an", "i", "ese", "ish")


def without_parts(sentence: str) -> str:
    """The sentence without what it says of parts at its end: ", most of them in the north"."""
    return _PARTS.sub("", sentence)


def is_part(sentence: str, end: int) -> bool:
    """Whether the figure that ends there is told of a part: "18 of them", "five more"."""
    return _PART.match(sentence, end) is not None


def limiting_names(sentence: str) -> list[str]:
    """The runs of names that say where a sentence holds: "in Sindh", "among the women of Korve"."""
    return [found[1].strip() for found in _LIMIT.finditer(sentence)]


def asks_of_past(question: str) -> bool:
    """Whether it asks what was: an event, not how things are."""
    return _PAST.search(question) is not None


def says_whose(name: str, question: str) -> bool:
    """Whether a name says whose people or things are counted: "Afghan refugees"; a line of figures may leave it out."""
    before_noun = re.search(rf"\b{re.escape(name)} [a-z]+s\b", question, re.IGNORECASE)
    return before_noun is not None and name.endswith(_OF_A_NATION)
