"""Slips of the finger in the small words that a question is asked with: "wich", "teh", "wat is".

A table of English. Words of the sources are put right by the sources themselves, elsewhere.
"""

from __future__ import annotations

import re

from rag.language.english import ASKING_SLIPS

__all__ = ["asked_rightly"]

_SLIPS = {slip: right for right, *slips in map(str.split, ASKING_SLIPS.split(";")) for slip in slips}
_WORD = re.compile(  # "Wat Arun" is none
    rf"(?<![\w'’.@/-])(?i:{'|'.join(_SLIPS)})(?![\w'’.@/-])(?! [A-Z][a-z])"
)


def asked_rightly(question: str) -> str:
    """The question with such slips put right; a word with a capital only where it begins the question."""
    return _WORD.sub(lambda found: _right(found, question), question)


def _right(found: re.Match[str], question: str) -> str:
    word, right = found[0], _SLIPS[found[0].lower()]
    if question.isupper():
        return right.upper()
    if word.islower():
        return right
    return right.capitalize() if not question[: found.start()].strip() else word
