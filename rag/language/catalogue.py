"""Cues of questions about the sources themselves: what can be asked, which documents there are, which mention a thing.

This module does not know which sources there are.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["SourcesQuestion", "sources_question"]

SourcesKind: TypeAlias = Literal["examples", "documents", "mentions"]

_DOCUMENTS = r"(?:documents?|sources?|files?|articles?|reports?)"
_GREETING = r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|thanks|thank you)\b[^?]{0,25}"
_MENTION = r"(?:mentions?|talks? about|speaks? of|deals? with|discuss(?:es)?|covers?|(?:is|are) about|contains?)"
_CUES: tuple[tuple[SourcesKind, str], ...] = (  # of a question without its mark; what is mentioned is the first group
    ("mentions", rf"(?:what|which) (?:of the )?(?:{_DOCUMENTS}|ones?) {_MENTION} (.+)"),
    ("mentions", rf"(?:what|which) (?:of the )?(?:{_DOCUMENTS}|ones?) says? (?:some|any)thing about (.+)"),
    ("documents", rf"(?:what|which) {_DOCUMENTS} (?:do you have|are there|are (?:indexed|available)|do you know)"),
    ("documents", rf"(?:what|which) {_DOCUMENTS} can you (?:search|read)"),
    ("documents", rf"(?:list|show)(?: me)? (?:all )?(?:the |your )?{_DOCUMENTS}"),
    ("examples", r"what (?:can|could|may|should) (?:i|we|one) ask(?: you)?(?: about| here)?"),
    ("examples", r"what (?:can|do) you (?:do|know|answer)|help|who are you"),
    ("examples", _GREETING),
)
_PATTERNS = tuple((kind, re.compile(cue, re.IGNORECASE)) for kind, cue in _CUES)


class SourcesQuestion(NamedTuple):
    """What is asked about the sources, and for `mentions` what they are to mention."""

    kind: SourcesKind
    what: str = ""


def sources_question(question: str) -> SourcesQuestion | None:
    """What a question asks about the sources themselves; None for a question that they are to answer."""
    plain = " ".join(question.split()).rstrip(" ?.!")
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return SourcesQuestion(kind, found[1].strip(" '\"“”") if kind == "mentions" else "")
    return None
