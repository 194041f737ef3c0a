"""The term that a definition is asked of, and whether a sentence defines it.

This module does not know which sentences there are.
"""

from __future__ import annotations

import re

from rag.language.questions import plain_question

__all__ = ["defines", "term_of"]

_BE = r"(?:is|are|was|were)"
_ARTICLE = r"(?:an? |the )?"
_TERMS = tuple(  # where the term stands that a definition is asked of
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^what {_BE} (?:the meaning of|meant by) {_ARTICLE}(.+)$",
        rf"^what does {_ARTICLE}(?:(?:word|term|abbreviation) )?(.+?) (?:mean|stand for)$",
        rf"^what is the definition of {_ARTICLE}(.+)$",
        rf"^(?:what|who) {_BE} {_ARTICLE}(.+)$",
        rf"^(?:what|who) {_ARTICLE}(.+) (?:{_BE}|means?|stands for)$",
        rf"^define {_ARTICLE}(.+)$",
        rf"^how {_BE} {_ARTICLE}(.+) defined$",
    )
)
_DEFINES = r"(?:is|are|was|were|means?|refers?|denotes?|describes?|stands?)\b|:|–|—|\.\s+\w"


def defines(term: str, sentence: str) -> bool:
    """Whether a sentence says what a term is: it begins with it and goes on "is", "means", or names something so, or
    the term stands in front as a head of its own: "Free float. Shares that ..."
    """
    named = rf"(?:an?|the)?\s*[\"“‘'*_]*{re.escape(term)}(?:s|es)?[\"”’'*_]*(?:\s*\([^)]*\))?"
    begins = re.match(rf"[\W\d]*(?:[^.;]{{0,40}},\s+)?{named}\s*,?\s*(?:{_DEFINES})", sentence, re.IGNORECASE)
    presented = re.search(
        rf"\b(?:present|propose|introduce|call|is)s?\b[^.]{{0,20}}{named},\s+an?\b", sentence, re.IGNORECASE
    )
    called = re.search(
        rf"\b(?:called|known as|termed|named|referred to as|the term|the phrase)\s+{named}", sentence, re.IGNORECASE
    )
    whose = re.search(
        rf"(?<![\w’'-]){named}(?:, (?:which|who) (?:is|are)|,? (?:which|that) (?:means?|refers?))\b",
        sentence,
        re.IGNORECASE,
    )
    beside = re.match(rf"\W*{named}, an? [^,;.]{{3,80}}, ", sentence, re.IGNORECASE)
    return any((begins, presented, called, whose, beside))


def term_of(question: str) -> str:
    """The term that a definition is asked of, without its article; "" where the question has none."""
    plain = plain_question(question)
    found = next(filter(None, (pattern.match(plain) for pattern in _TERMS)), None)
    return found[1].strip(" '\"“”‘’") if found else ""
