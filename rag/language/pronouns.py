"""Words by which a sentence leans on the one before, so that it cannot be understood by itself.

How much counts as leaning depends on what it is asked for, so there are four ways to ask.
"""

from __future__ import annotations

import re

from rag.language.english import DEMONSTRATIVES, POSSESSIVES, THIRD_PERSON

__all__ = ["depends_on_context", "has_pronoun", "opens_with_pronoun", "points_elsewhere"]

_LEANING = frozenset((*THIRD_PERSON, *POSSESSIVES, *DEMONSTRATIVES, "such"))
_SUBJECTS = (
    *THIRD_PERSON,
    *POSSESSIVES,
    *(word for word in DEMONSTRATIVES if word != "that"),
    "both",
    "neither",
    "such",
)
_LEANS = re.compile(rf"(?:{'|'.join(word.title() for word in _SUBJECTS)}|The (?:same|latter))\b")
_THIRD = "|".join((*THIRD_PERSON, *POSSESSIVES, *DEMONSTRATIVES))
_POINTING = re.compile(
    rf"(?:{_THIRD}|we|i|you|our|such|there|then|both|another|other)\b"
    r"|the (?:same|latter|former|following|above|agreement|group|party|country|study|report)\b"
    r"|(?:amid|and|after|as|at|by|during|following|for|from|in|of|on|under|when|while|with|within)\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    rf"\b(?:{_THIRD}|them|there|which|who|we|our|both|such|here|and|but|while"
    r"|former|latter|same|other|others|another|next|not|when|where|if|as)\b",
    re.IGNORECASE,
)


def opens_with_pronoun(sentence: str) -> bool:
    """Whether its first word is a pronoun or "such", whatever it stands for."""
    return bool(sentence.strip()) and sentence.split(maxsplit=1)[0].lower() in _LEANING


def depends_on_context(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether the sentence at `text[start:end]` begins with a word that only the one before explains; not "that"."""
    return _LEANS.match(text, start, len(text) if end is None else end) is not None


def points_elsewhere(sentence: str) -> bool:
    """Whether it begins with a word that points back, or with one that only joins it to what was said."""
    return _POINTING.match(sentence) is not None


def has_pronoun(text: str) -> bool:
    """Whether any word of it points to something that stands elsewhere."""
    return _LOOSE.search(text) is not None
