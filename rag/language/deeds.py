"""What a question says was done: "won" in "Who won the cup?".

Patterns of English. This module does not know what the sources say.
"""

from __future__ import annotations

import re

from rag.language.questions import plain_question
from rag.language.words import is_function_word, terms

__all__ = ["deed_of", "deeds_in"]

_PAST = (
    r"[a-z]+ed|won|led|wrote|made|built|gave|held|took|ran|sold|bought|lost|left|drew|found|sent|paid|met|kept|beat|"
    r"fought|taught|caught|sang|shot|swam|spoke|drove|flew|broke|chose|wore|stole|rode|blew|grew|threw"
)
_FINITE = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
_CUES = tuple(  # "which shared rooms are there" says nothing that was done
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"who (?P<deed>{_PAST})\b",
        rf"(?:what|which(?: \w+){{1,2}}) (?P<deed>{_PAST})\b(?!.* {_FINITE}\b)",
        rf"(?:who|what|which \w+|when|where|how|why) (?:was|were) .+ (?P<deed>{_PAST})\b",
    )
)
_VAGUE = frozenset(  # words that say little of what was done
    terms(
        "called named used caused happened based located placed involved related needed required made decided "
        "considered described included"
    )
)
_WORD = re.compile(r"[a-z][a-z’'-]{2,}")


def deed_of(question: str) -> str:
    """The word for what was done; "" where a question has none, or one that may be said in any way."""
    plain = plain_question(question)
    deed = next((found["deed"].lower() for cue in _CUES if (found := cue.match(plain))), "")
    return "" if deed and _VAGUE.intersection(terms(deed)) else deed


def deeds_in(text: str, besides: str) -> tuple[str, ...]:
    """The words of a text, in small letters and none of `besides`, that may say what was done; each form once."""
    known, found = set(terms(besides)), dict[str, str]()
    for word in _WORD.findall(text):
        stem = next(iter(terms(word)), "")
        if stem and stem not in known and not is_function_word(word):
            found.setdefault(stem, word)
    return tuple(found.values())
