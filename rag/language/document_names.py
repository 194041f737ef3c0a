"""The words by which a question names a document, or a part of one: "the 2019 minutes", "the section on fees".

This module does not know which documents there are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["DOCUMENT_NOUNS", "PartNamed", "document_phrase", "parts_named"]

DOCUMENT_NOUNS = (
    "report paper study article document file book guide handbook manual minutes memo letter text page profile policy "
    "review survey notes sheet slides presentation transcript contract agreement statement"
)
"""What documents are called."""
_NAMED = re.compile(
    rf"\b(?:in|from|per|of|according to|does|do|did) ((?:the|our|my|your|this|that|last) (?:[\w’'-]+ ){{0,4}}?"
    rf"(?:{DOCUMENT_NOUNS.replace(' ', '|')})s?\b(?: (?:on|about|of|from|to) (?:the )?[\w’'-]+)?)",
    re.IGNORECASE,
)
_PARTS = r"(?:section|chapter|part|paragraph|passage|page|heading|appendix)"
_PART = re.compile(
    rf"(?:the )?(?:{_PARTS} (?:on|about|called|entitled|headed|titled) (?:the )?(?P<on>.+)"
    rf"|(?P<before>.+?) {_PARTS}(?: (?:of|in|from) (?P<behind>.+))?)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r" (?:of|in|from|at) ")


def document_phrase(question: str) -> str:
    """The words by which a question names a document, "the 2019 minutes"; empty where it names none."""
    found = _NAMED.search(question)
    return found[1] if found else ""


class PartNamed(NamedTuple):
    """The part of a document that an overview is asked of, and the document; "" for what is not named."""

    part: str
    of: str


def parts_named(topic: str) -> tuple[PartNamed, ...]:
    """The parts that a topic may name, "dangling references" of "the section on dangling references", likeliest first;
    none where it names none.
    """
    found = _PART.fullmatch(topic)
    plain = (found["on"] or found["before"] or "") if found else topic
    behind = found["behind"] or "" if found else ""
    whole = [PartNamed(plain, behind)] if found else []
    splits = () if behind else _PREPOSITION.finditer(plain)
    halves = [PartNamed(plain[: at.start()].removeprefix("the "), plain[at.end() :]) for at in splits]
    return tuple(PartNamed(each.part.strip(" '\"“”"), each.of) for each in (*whole, *halves))
