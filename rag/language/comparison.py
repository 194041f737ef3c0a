"""How much of a whole, more or less than, and the opposite of a word."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language.english import OPPOSING_PREFIXES, OPPOSITES, RIVALS, SHARE_OF_WHOLE
from rag.language.words import terms

__all__ = ["SHARE_OF_WHOLE", "bounds", "is_frequency", "opposite", "rival"]

_AT_LEAST = re.compile(
    r"(?:more|greater|higher|larger|longer) than|at least|over|above|exceed(?:s|ed|ing)?|no (?:less|fewer) than|"
    r"minimum of|upwards of|beyond",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:less|fewer|lower|smaller|shorter) than|at most|under|below|up to|no more than|maximum of|nearly|almost|"
    r"just short of",
    re.IGNORECASE,
)
_BOUNDS = ((_AT_LEAST, ">"), (_AT_MOST, "<"))
_OFTEN = r"(?:day|week|month|year|time|hour|night|season)"
_PREFIXED = 3  # letters of a word that a prefix makes an opposite of, at least one more


def bounds(text: str) -> tuple[tuple[str, int], ...]:
    """ ">" or "<" for each "more than", "at most" of a text, and the offset where it ends."""
    return tuple((sign, match.end()) for pattern, sign in _BOUNDS for match in pattern.finditer(text))


def is_frequency(text: str, word: str) -> bool:
    """Whether a word of a text says how often, not how many: "each month", "every year"."""
    return bool(re.search(rf"\b{word}\s+{_OFTEN}\b", text, re.IGNORECASE))


def opposite(word: str, among: frozenset[str]) -> str | None:
    """A stem among others that says the opposite: "fell" for "rose", "illegal" for "legal"."""
    for other in sorted(_opposites().get(word, frozenset()) & among):
        return other
    for prefix in OPPOSING_PREFIXES if len(word) > _PREFIXED else ():
        if prefix + word in among:
            return prefix + word
        if word.startswith(prefix) and len(word) > len(prefix) + _PREFIXED and word[len(prefix) :] in among:
            return word[len(prefix) :]
    return None


def rival(word: str, among: frozenset[str]) -> str | None:
    """A stem among others that is of a measure which rules out a stem's own: "injured" for "killed"."""
    return next(iter(sorted(_rivals().get(word, frozenset()) & among)), None)


@lru_cache(maxsize=1)
def _rivals() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in RIVALS.split(";"):
        sides = [{terms(word)[0] for word in side.split()} for side in group.split("|")]
        for side in sides:
            others = {word for other in sides if other is not side for word in other}
            for word in side:
                found.setdefault(word, set()).update(others)
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in OPPOSITES.split(";"):
        first, *others = (terms(word)[0] for word in group.split())
        for other in others:
            found.setdefault(first, set()).add(other)
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}
