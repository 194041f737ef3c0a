"""What a question asks to be counted: "how many people", "the number of incidents".

This module does not know which sentence answers.
"""

from __future__ import annotations

import re

__all__ = ["is_countable", "noun_of"]

_ASKED = re.compile(r"\b(?:how many|number of)((?:\s+[\w’'-]+){1,4})", re.IGNORECASE)
_OVER = re.compile(
    r"of|in|on|at|to|from|by|per|with|for|that|who|which|is|are|was|were|do|does|did|has|have|had|can|could|will|would"
)
_PLURAL = r"people|men|women|children|(?!(?:times|was|has|is|does)\b)[\w’'-]{2,}[^\Wsui]s"


def is_countable(word: str) -> bool:
    """Whether a word is a plural that figures count, as far as its form tells."""
    return re.fullmatch(_PLURAL, word, re.IGNORECASE) is not None


def noun_of(question: str) -> str | None:
    """What "how many" asks to be counted, lower case; None where it asks nothing of the kind."""
    asked = _ASKED.search(question)
    for word in asked[1].lower().split() if asked else ():
        if _OVER.fullmatch(word):
            return None
        if re.fullmatch(_PLURAL, word):
            return word
    return None
